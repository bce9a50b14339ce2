package org.vkernel.netlink.abi;

/**
 * Types of the attributes of an acknowledgement.
 *
 * <p>Models {@code enum nlmsgerr_attrs} (include/uapi/linux/netlink.h).
 */
public final class NlmsgerrAttr {
    public static final int NLMSGERR_ATTR_UNUSED = 0;

    /** A message for people, a string with its NUL. */
    public static final int NLMSGERR_ATTR_MSG = 1;

    /** u32: where in the request the wrong attribute is, from its header's begin. */
    public static final int NLMSGERR_ATTR_OFFS = 2;

    /** Bytes that identify what the request made. */
    public static final int NLMSGERR_ATTR_COOKIE = 3;

    /** The policy that the wrong attribute broke, nested. */
    public static final int NLMSGERR_ATTR_POLICY = 4;

    /** u32: the type of an attribute that is missing. */
    public static final int NLMSGERR_ATTR_MISS_TYPE = 5;

    /** u32: where in the request the nest is that it is missing from. */
    public static final int NLMSGERR_ATTR_MISS_NEST = 6;

    public static final int NLMSGERR_ATTR_MAX = 6;

    private NlmsgerrAttr() {}
}
