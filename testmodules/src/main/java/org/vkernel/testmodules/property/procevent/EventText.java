package org.vkernel.testmodules.property.procevent;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.connector.wire.ProcEvent.TaskId;

/** Process events as texts, with all that they say but when and where. */
final class EventText {
    private EventText() {}

    /** Whom an event is about; null for the answer to a request. */
    static @Nullable TaskId taskOf(ProcEvent event) {
        return switch (event) {
            case ProcEvent.Fork fork -> fork.child();
            case ProcEvent.Exec exec -> exec.task();
            case ProcEvent.Uid uid -> uid.task();
            case ProcEvent.Gid gid -> gid.task();
            case ProcEvent.Sid sid -> sid.task();
            case ProcEvent.Ptrace ptrace -> ptrace.task();
            case ProcEvent.Comm comm -> comm.task();
            case ProcEvent.Coredump dump -> dump.task();
            case ProcEvent.Exit exit -> exit.task();
            case ProcEvent.Ack ack -> null;
            case ProcEvent.Unknown unknown -> null;
        };
    }

    /** An event, {@code fork of 10 by 1/1} for example: the process, and who is its parent. */
    static String of(ProcEvent event) {
        TaskId task = taskOf(event);
        int process = task == null ? 0 : task.tgid();
        return switch (event) {
            case ProcEvent.Fork fork -> of("fork", process, "by " + fork.parent());
            case ProcEvent.Exec exec -> of("exec", process, "");
            case ProcEvent.Uid uid -> of("uid", process, uid.ruid() + " " + uid.euid());
            case ProcEvent.Gid gid -> of("gid", process, gid.rgid() + " " + gid.egid());
            case ProcEvent.Sid sid -> of("sid", process, "");
            case ProcEvent.Ptrace ptrace -> of("ptrace", process, "by " + ptrace.tracer());
            case ProcEvent.Comm comm -> of("comm", process, comm.comm());
            case ProcEvent.Coredump dump -> of("coredump", process, "to " + dump.parent());
            case ProcEvent.Exit exit ->
                    of("exit", process, exit(exit.exitCode(), exit.exitSignal(), exit.parent()));
            case ProcEvent.Ack ack -> "ack " + ack.err();
            case ProcEvent.Unknown unknown -> unknown.toString();
        };
    }

    /** Something that happens to a task of a process. */
    static String of(String what, int process, String more) {
        return what + " of " + process + (more.isEmpty() ? "" : " " + more);
    }

    /** The end of a task. */
    static String exit(int code, int signal, TaskId parent) {
        return code + " signal " + signal + " to " + parent;
    }
}
