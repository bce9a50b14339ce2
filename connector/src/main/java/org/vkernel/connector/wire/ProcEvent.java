package org.vkernel.connector.wire;

import static com.google.common.base.Preconditions.checkArgument;
import static org.vkernel.connector.abi.ProcEventLayout.ACK_ERR;
import static org.vkernel.connector.abi.ProcEventLayout.COMM;
import static org.vkernel.connector.abi.ProcEventLayout.COMM_SIZE;
import static org.vkernel.connector.abi.ProcEventLayout.COREDUMP_PARENT_PID;
import static org.vkernel.connector.abi.ProcEventLayout.CPU;
import static org.vkernel.connector.abi.ProcEventLayout.EVENT_DATA;
import static org.vkernel.connector.abi.ProcEventLayout.EXIT_CODE;
import static org.vkernel.connector.abi.ProcEventLayout.EXIT_PARENT_PID;
import static org.vkernel.connector.abi.ProcEventLayout.EXIT_SIGNAL;
import static org.vkernel.connector.abi.ProcEventLayout.FORK_CHILD_PID;
import static org.vkernel.connector.abi.ProcEventLayout.FORK_PARENT_PID;
import static org.vkernel.connector.abi.ProcEventLayout.ID_EFFECTIVE;
import static org.vkernel.connector.abi.ProcEventLayout.ID_REAL;
import static org.vkernel.connector.abi.ProcEventLayout.PROCESS_PID;
import static org.vkernel.connector.abi.ProcEventLayout.PTRACE_TRACER_PID;
import static org.vkernel.connector.abi.ProcEventLayout.SIZE;
import static org.vkernel.connector.abi.ProcEventLayout.TIMESTAMP_NS;
import static org.vkernel.connector.abi.ProcEventLayout.WHAT;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vkernel.connector.abi.ProcEventType;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.WireException;

/**
 * A process event, or the acknowledgement of a request for them: the data of a message from the
 * process-event part. Unlike a message it is a value: its bytes are read once.
 *
 * <p>Models {@code struct proc_event} of the direct era. Any context; nothing sleeps; bytes that
 * are none are refused with a {@code WireException}.
 */
public sealed interface ProcEvent {
    /** Where and when it happened. */
    Stamp stamp();

    /** The kind, a bit of {@link ProcEventType}; unsigned. */
    int what();

    /**
     * Where and when an event happened.
     *
     * @param cpu the CPU's number, unsigned
     * @param timestampNs nanoseconds since boot
     */
    record Stamp(int cpu, long timestampNs) {}

    /**
     * A task in the kernel's words.
     *
     * @param pid the thread
     * @param tgid its process
     */
    record TaskId(int pid, int tgid) {
        /** {@code 12/10}: the thread, then its process. */
        @Override
        public String toString() {
            return pid + "/" + tgid;
        }
    }

    /** The answer to a request: 0, or a positive error number. */
    record Ack(Stamp stamp, int err) implements ProcEvent {
        @Override
        public int what() {
            return ProcEventType.PROC_EVENT_NONE;
        }
    }

    /** A task was made. */
    record Fork(Stamp stamp, TaskId parent, TaskId child) implements ProcEvent {
        @Override
        public int what() {
            return ProcEventType.PROC_EVENT_FORK;
        }
    }

    /** A task runs another program now. */
    record Exec(Stamp stamp, TaskId task) implements ProcEvent {
        @Override
        public int what() {
            return ProcEventType.PROC_EVENT_EXEC;
        }
    }

    /** A task changed its user ids, which are unsigned. */
    record Uid(Stamp stamp, TaskId task, int ruid, int euid) implements ProcEvent {
        @Override
        public int what() {
            return ProcEventType.PROC_EVENT_UID;
        }
    }

    /** A task changed its group ids, which are unsigned. */
    record Gid(Stamp stamp, TaskId task, int rgid, int egid) implements ProcEvent {
        @Override
        public int what() {
            return ProcEventType.PROC_EVENT_GID;
        }
    }

    /** A task began a session. */
    record Sid(Stamp stamp, TaskId task) implements ProcEvent {
        @Override
        public int what() {
            return ProcEventType.PROC_EVENT_SID;
        }
    }

    /** A task is traced by another, or by none any more: then the tracer is 0/0. */
    record Ptrace(Stamp stamp, TaskId task, TaskId tracer) implements ProcEvent {
        @Override
        public int what() {
            return ProcEventType.PROC_EVENT_PTRACE;
        }
    }

    /** A task has another name, of at most 15 bytes. */
    record Comm(Stamp stamp, TaskId task, String comm) implements ProcEvent {
        @Override
        public int what() {
            return ProcEventType.PROC_EVENT_COMM;
        }
    }

    /** A task dumped core; 0/0 for a parent that is gone. */
    record Coredump(Stamp stamp, TaskId task, TaskId parent) implements ProcEvent {
        @Override
        public int what() {
            return ProcEventType.PROC_EVENT_COREDUMP;
        }
    }

    /** A task ended; 0/0 for a parent that is gone. */
    record Exit(Stamp stamp, TaskId task, int exitCode, int exitSignal, TaskId parent)
            implements ProcEvent {
        @Override
        public int what() {
            return ProcEventType.PROC_EVENT_EXIT;
        }
    }

    /** A kind that this version does not know, with all that follows the stamp. */
    record Unknown(Stamp stamp, int what, ByteSlice data) implements ProcEvent {
        public Unknown {
            checkArgument(
                    data.length() == SIZE - EVENT_DATA,
                    "%s bytes of event data; expected %s",
                    data.length(),
                    SIZE - EVENT_DATA);
        }
    }

    /**
     * Reads the event that a message from the process-event part carries.
     *
     * @throws WireException if the data is shorter than an event
     */
    static ProcEvent parse(CnMsg message) {
        return parse(message.data());
    }

    /**
     * Reads an event; whatever follows it is not looked at.
     *
     * @throws WireException if the bytes are fewer than an event's
     */
    static ProcEvent parse(ByteSlice data) {
        if (data.length() < SIZE) {
            throw new WireException(
                    "%d bytes are too short for a proc_event of %d".formatted(data.length(), SIZE));
        }
        Stamp stamp = new Stamp(data.u32(CPU), data.u64(TIMESTAMP_NS));
        TaskId task = taskAt(data, PROCESS_PID);
        int what = data.u32(WHAT);
        return switch (what) {
            case ProcEventType.PROC_EVENT_NONE -> new Ack(stamp, data.u32(ACK_ERR));
            case ProcEventType.PROC_EVENT_FORK ->
                    new Fork(stamp, taskAt(data, FORK_PARENT_PID), taskAt(data, FORK_CHILD_PID));
            case ProcEventType.PROC_EVENT_EXEC -> new Exec(stamp, task);
            case ProcEventType.PROC_EVENT_UID ->
                    new Uid(stamp, task, data.u32(ID_REAL), data.u32(ID_EFFECTIVE));
            case ProcEventType.PROC_EVENT_GID ->
                    new Gid(stamp, task, data.u32(ID_REAL), data.u32(ID_EFFECTIVE));
            case ProcEventType.PROC_EVENT_SID -> new Sid(stamp, task);
            case ProcEventType.PROC_EVENT_PTRACE ->
                    new Ptrace(stamp, task, taskAt(data, PTRACE_TRACER_PID));
            case ProcEventType.PROC_EVENT_COMM -> new Comm(stamp, task, commOf(data));
            case ProcEventType.PROC_EVENT_COREDUMP ->
                    new Coredump(stamp, task, taskAt(data, COREDUMP_PARENT_PID));
            case ProcEventType.PROC_EVENT_EXIT ->
                    new Exit(
                            stamp,
                            task,
                            data.u32(EXIT_CODE),
                            data.u32(EXIT_SIGNAL),
                            taskAt(data, EXIT_PARENT_PID));
            default ->
                    new Unknown(
                            stamp,
                            what,
                            ByteSlice.of(data.slice(EVENT_DATA, SIZE - EVENT_DATA).toByteArray()));
        };
    }

    /**
     * The event's bytes, of the same number whatever its kind; those that it does not use are 0.
     */
    default byte[] toByteArray() {
        byte[] bytes = new byte[SIZE];
        put(bytes, 0);
        return bytes;
    }

    /** Writes what {@link #toByteArray} has to {@code bytes}, which are 0 there. */
    default void put(byte[] bytes, int at) {
        LittleEndian.putU32(bytes, at + WHAT, what());
        LittleEndian.putU32(bytes, at + CPU, stamp().cpu());
        LittleEndian.putU64(bytes, at + TIMESTAMP_NS, stamp().timestampNs());
        switch (this) {
            case Ack ack -> LittleEndian.putU32(bytes, at + ACK_ERR, ack.err);
            case Fork fork -> {
                putTask(bytes, at + FORK_PARENT_PID, fork.parent);
                putTask(bytes, at + FORK_CHILD_PID, fork.child);
            }
            case Exec exec -> putTask(bytes, at + PROCESS_PID, exec.task);
            case Uid uid -> putIds(bytes, at, uid.task, uid.ruid, uid.euid);
            case Gid gid -> putIds(bytes, at, gid.task, gid.rgid, gid.egid);
            case Sid sid -> putTask(bytes, at + PROCESS_PID, sid.task);
            case Ptrace ptrace -> {
                putTask(bytes, at + PROCESS_PID, ptrace.task);
                putTask(bytes, at + PTRACE_TRACER_PID, ptrace.tracer);
            }
            case Comm comm -> {
                putTask(bytes, at + PROCESS_PID, comm.task);
                byte[] name = comm.comm.getBytes(StandardCharsets.UTF_8);
                System.arraycopy(name, 0, bytes, at + COMM, Math.min(name.length, COMM_SIZE - 1));
            }
            case Coredump coredump -> {
                putTask(bytes, at + PROCESS_PID, coredump.task);
                putTask(bytes, at + COREDUMP_PARENT_PID, coredump.parent);
            }
            case Exit exit -> {
                putTask(bytes, at + PROCESS_PID, exit.task);
                LittleEndian.putU32(bytes, at + EXIT_CODE, exit.exitCode);
                LittleEndian.putU32(bytes, at + EXIT_SIGNAL, exit.exitSignal);
                putTask(bytes, at + EXIT_PARENT_PID, exit.parent);
            }
            case Unknown unknown -> unknown.data.copyTo(bytes, at + EVENT_DATA);
        }
    }

    private static TaskId taskAt(ByteSlice data, int at) {
        return new TaskId(data.u32(at), data.u32(at + Integer.BYTES));
    }

    private static void putTask(byte[] bytes, int at, TaskId task) {
        LittleEndian.putU32(bytes, at, task.pid);
        LittleEndian.putU32(bytes, at + Integer.BYTES, task.tgid);
    }

    private static void putIds(byte[] bytes, int at, TaskId task, int real, int effective) {
        putTask(bytes, at + PROCESS_PID, task);
        LittleEndian.putU32(bytes, at + ID_REAL, real);
        LittleEndian.putU32(bytes, at + ID_EFFECTIVE, effective);
    }

    private static String commOf(ByteSlice data) {
        byte[] name = data.slice(COMM, COMM_SIZE).toByteArray();
        int end = 0;
        while (end < COMM_SIZE && name[end] != 0) {
            end++;
        }
        return new String(Arrays.copyOf(name, end), StandardCharsets.UTF_8);
    }
}
