package org.vkernel.connector.abi;

/**
 * A process event, {@code struct proc_event}: the data of a message from {@link
 * ConnectorId#CN_IDX_PROC}. It has the same size whatever the kind; bytes that a kind does not use
 * are 0. Kernel and events agree in what a {@code pid} is (a thread) and a {@code tgid} (a
 * process).
 *
 * <pre>
 *   0               4               8                               16
 *   +---------------+---------------+-------------------------------+------------
 *   | what          | cpu           | timestampNs (u64)             | eventData
 *   +---------------+---------------+-------------------------------+------------
 *
 *            16          20          24          28          32          36
 *  ack       | err       |
 *  fork      | parentPid | parentTgid| childPid  | childTgid |
 *  exec, sid | pid       | tgid      |
 *  uid       | pid       | tgid      | ruid      | euid      |
 *  gid       | pid       | tgid      | rgid      | egid      |
 *  ptrace    | pid       | tgid      | tracerPid | tracerTgid|
 *  comm      | pid       | tgid      | comm, 16 bytes with a NUL ...
 *  coredump  | pid       | tgid      | parentPid | parentTgid|
 *  exit      | pid       | tgid      | exitCode  | exitSignal| parentPid | parentTgid
 * </pre>
 *
 * <p>Models {@code include/uapi/linux/cn_proc.h}, the same in 6.1 and 6.18; the queued era's
 * profile has no process events.
 */
public final class ProcEventLayout {
    /** u32, see {@link ProcEventType}. */
    public static final int WHAT = 0;

    /** u32: the CPU that the event happened on. */
    public static final int CPU = 4;

    /** u64: nanoseconds since boot. */
    public static final int TIMESTAMP_NS = 8;

    public static final int EVENT_DATA = 16;

    /** u32: 0 or a positive error number. */
    public static final int ACK_ERR = 16;

    // The task that most kinds are about.
    public static final int PROCESS_PID = 16;
    public static final int PROCESS_TGID = 20;

    // Fork.
    public static final int FORK_PARENT_PID = 16;
    public static final int FORK_PARENT_TGID = 20;
    public static final int FORK_CHILD_PID = 24;
    public static final int FORK_CHILD_TGID = 28;

    // Change of user or group ids.
    public static final int ID_REAL = 24;
    public static final int ID_EFFECTIVE = 28;

    // Ptrace.
    public static final int PTRACE_TRACER_PID = 24;
    public static final int PTRACE_TRACER_TGID = 28;

    // Comm.
    public static final int COMM = 24;
    public static final int COMM_SIZE = 16;

    // Coredump.
    public static final int COREDUMP_PARENT_PID = 24;
    public static final int COREDUMP_PARENT_TGID = 28;

    // Exit.
    public static final int EXIT_CODE = 24;
    public static final int EXIT_SIGNAL = 28;
    public static final int EXIT_PARENT_PID = 32;
    public static final int EXIT_PARENT_TGID = 36;

    /** Size of an event, whatever its kind. */
    public static final int SIZE = 40;

    private ProcEventLayout() {}
}
