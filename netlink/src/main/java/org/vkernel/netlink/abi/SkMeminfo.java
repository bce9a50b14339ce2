package org.vkernel.netlink.abi;

/**
 * What the u32s of {@link SocketOption#SO_MEMINFO} are, by index.
 *
 * <p>Models {@code include/uapi/linux/sock_diag.h}.
 */
public final class SkMeminfo {
    public static final int SK_MEMINFO_RMEM_ALLOC = 0;
    public static final int SK_MEMINFO_RCVBUF = 1;
    public static final int SK_MEMINFO_WMEM_ALLOC = 2;
    public static final int SK_MEMINFO_SNDBUF = 3;
    public static final int SK_MEMINFO_FWD_ALLOC = 4;
    public static final int SK_MEMINFO_WMEM_QUEUED = 5;
    public static final int SK_MEMINFO_OPTMEM = 6;
    public static final int SK_MEMINFO_BACKLOG = 7;
    public static final int SK_MEMINFO_DROPS = 8;

    /** How many there are. */
    public static final int SK_MEMINFO_VARS = 9;

    private SkMeminfo() {}
}
