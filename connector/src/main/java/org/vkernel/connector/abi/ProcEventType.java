package org.vkernel.connector.abi;

/**
 * Kinds of process events, {@code what} of {@link ProcEventLayout}: single bits, so that a set of
 * them is a filter.
 *
 * <p>Models {@code enum proc_cn_event} (include/uapi/linux/cn_proc.h) of the direct era.
 */
public final class ProcEventType {
    /** An acknowledgement of a request. */
    public static final int PROC_EVENT_NONE = 0;

    public static final int PROC_EVENT_FORK = 0x1;
    public static final int PROC_EVENT_EXEC = 0x2;
    public static final int PROC_EVENT_UID = 0x4;
    public static final int PROC_EVENT_GID = 0x40;
    public static final int PROC_EVENT_SID = 0x80;
    public static final int PROC_EVENT_PTRACE = 0x100;
    public static final int PROC_EVENT_COMM = 0x200;

    /** In filters only: those exit events whose code is not 0. */
    public static final int PROC_EVENT_NONZERO_EXIT = 0x20000000;

    public static final int PROC_EVENT_COREDUMP = 0x40000000;
    public static final int PROC_EVENT_EXIT = 0x80000000;

    /** Every bit that means something. */
    public static final int PROC_EVENT_ALL =
            PROC_EVENT_FORK
                    | PROC_EVENT_EXEC
                    | PROC_EVENT_UID
                    | PROC_EVENT_GID
                    | PROC_EVENT_SID
                    | PROC_EVENT_PTRACE
                    | PROC_EVENT_COMM
                    | PROC_EVENT_NONZERO_EXIT
                    | PROC_EVENT_COREDUMP
                    | PROC_EVENT_EXIT;

    private ProcEventType() {}
}
