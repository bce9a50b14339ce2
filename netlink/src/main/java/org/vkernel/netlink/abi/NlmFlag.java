package org.vkernel.netlink.abi;

/**
 * Flags of netlink messages: {@code nlmsg_flags}. Some bits mean different things in requests to
 * get, to make and to delete, and in acknowledgements.
 *
 * <p>Models {@code include/uapi/linux/netlink.h}.
 */
public final class NlmFlag {
    /** A request; anything else is not given to a handler. */
    public static final int NLM_F_REQUEST = 0x1;

    /** One of several messages that a {@link NlmsgType#NLMSG_DONE} ends. */
    public static final int NLM_F_MULTI = 0x2;

    /** The sender wants an acknowledgement, also of success. */
    public static final int NLM_F_ACK = 0x4;

    /** The sender wants the notifications that its request causes. */
    public static final int NLM_F_ECHO = 0x8;

    /** What was dumped changed meanwhile. */
    public static final int NLM_F_DUMP_INTR = 0x10;

    /** The dump was filtered, as was asked for. */
    public static final int NLM_F_DUMP_FILTERED = 0x20;

    // Requests to get.
    public static final int NLM_F_ROOT = 0x100;
    public static final int NLM_F_MATCH = 0x200;
    public static final int NLM_F_ATOMIC = 0x400;
    public static final int NLM_F_DUMP = NLM_F_ROOT | NLM_F_MATCH;

    // Requests to make something new.
    public static final int NLM_F_REPLACE = 0x100;
    public static final int NLM_F_EXCL = 0x200;
    public static final int NLM_F_CREATE = 0x400;
    public static final int NLM_F_APPEND = 0x800;

    // Requests to delete.
    public static final int NLM_F_NONREC = 0x100;
    public static final int NLM_F_BULK = 0x200;

    // Acknowledgements.
    /** The request's payload is left out. */
    public static final int NLM_F_CAPPED = 0x100;

    /** Attributes follow, see {@link NlmsgerrAttr}. */
    public static final int NLM_F_ACK_TLVS = 0x200;

    private NlmFlag() {}
}
