package org.vkernel.testmodules.procmon;

import java.util.HashMap;
import java.util.Map;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.connector.wire.ProcEvent.Stamp;
import org.vkernel.connector.wire.ProcEvent.TaskId;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.process.ExitStatus;
import org.vkernel.emulator.process.UserProcess;

/** Process events as a table: what forkstat prints. */
final class EventTable {
    static final String HEADER = "Time     Event    PID Info      Duration Process";

    private static final long NS_PER_SECOND = 1_000_000_000;
    private static final int SECONDS_PER_HOUR = 3600;
    private static final int SECONDS_PER_MINUTE = 60;

    /** Set in what a shell shows of a process that a signal ended. */
    private static final int BY_SIGNAL = 128;

    /**
     * What is known of a task.
     *
     * @param name its command line, or what is known of it instead
     * @param sinceNs when it began; 0 if nobody told
     */
    private record Known(String name, long sinceNs) {}

    private final UserProcess process;
    private final Map<Integer, Known> known = new HashMap<>();

    /** The table that {@code process} prints. */
    EventTable(UserProcess process) {
        this.process = process;
    }

    /** Prints an event, in one line; a fork in two. */
    void print(ProcEvent event) {
        switch (event) {
            case ProcEvent.Ack ack -> {}
            case ProcEvent.Fork fork -> printFork(fork);
            case ProcEvent.Exec exec -> {
                known.put(
                        exec.task().pid(),
                        new Known(fromProc(exec.task().pid()), since(exec.task())));
                line(event, "exec", exec.task(), "", name(exec.task()));
            }
            case ProcEvent.Uid uid ->
                    line(event, "uid", uid.task(), ids(uid.ruid(), uid.euid()), name(uid.task()));
            case ProcEvent.Gid gid ->
                    line(event, "gid", gid.task(), ids(gid.rgid(), gid.egid()), name(gid.task()));
            case ProcEvent.Sid sid ->
                    line(event, "sid", sid.task(), "" + sid.task().pid(), name(sid.task()));
            case ProcEvent.Ptrace ptrace ->
                    line(
                            event,
                            "ptrce",
                            ptrace.task(),
                            ptrace.tracer().pid() == 0 ? "detach" : "attach",
                            name(ptrace.task()));
            case ProcEvent.Comm comm -> {
                String before = name(comm.task());
                known.put(comm.task().pid(), new Known(comm.comm(), since(comm.task())));
                line(event, "comm", comm.task(), "", before + " -> " + comm.comm());
            }
            case ProcEvent.Coredump dump -> line(event, "core", dump.task(), "", name(dump.task()));
            case ProcEvent.Exit exit -> printExit(exit);
            case ProcEvent.Unknown unknown -> process.print(unknown);
        }
    }

    private void printFork(ProcEvent.Fork fork) {
        TaskId child = fork.child();
        boolean isThread = child.pid() != child.tgid();
        String what = isThread ? "clone" : "fork";
        TaskId maker = isThread ? new TaskId(child.tgid(), child.tgid()) : fork.parent();
        line(fork, what, maker, "parent", name(maker));
        known.put(child.pid(), new Known(name(maker), fork.stamp().timestampNs()));
        line(fork, what, child, isThread ? "thread" : "child", name(child));
    }

    private void printExit(ProcEvent.Exit exit) {
        TaskId task = exit.task();
        ExitStatus status = new ExitStatus(task.pid(), exit.exitCode());
        int shown = status.hasExited() ? status.status() : BY_SIGNAL + status.signal();
        long since = since(task);
        long lived = exit.stamp().timestampNs() - since;
        process.print(
                String.format(
                        "%s %-6s %5d %6d %9s %s",
                        time(exit.stamp()),
                        "exit",
                        task.pid(),
                        shown,
                        since == 0
                                ? "unknown"
                                : String.format("%.3fs", (double) lived / NS_PER_SECOND),
                        name(task)));
        known.remove(task.pid());
    }

    private void line(ProcEvent event, String what, TaskId task, String info, String name) {
        process.print(
                String.format(
                        "%s %-6s %5d %6s %9s %s",
                        time(event.stamp()), what, task.pid(), info, "", name));
    }

    private static String ids(int real, int effective) {
        String text = Integer.toUnsignedString(effective);
        return real == effective ? text : Integer.toUnsignedString(real) + "/" + text;
    }

    /** Hours, minutes and seconds since boot. */
    private static String time(Stamp stamp) {
        long seconds = stamp.timestampNs() / NS_PER_SECOND;
        return String.format(
                "%02d:%02d:%02d",
                seconds / SECONDS_PER_HOUR,
                seconds / SECONDS_PER_MINUTE % SECONDS_PER_MINUTE,
                seconds % SECONDS_PER_MINUTE);
    }

    // ---- Names ---------------------------------------------------------------------------------

    private long since(TaskId task) {
        Known of = known.get(task.pid());
        return of == null ? 0 : of.sinceNs;
    }

    private String name(TaskId task) {
        return known.computeIfAbsent(task.pid(), pid -> new Known(fromProc(pid), 0)).name;
    }

    /** The command line; of a process that has ended its name, as long as there is one. */
    private String fromProc(int pid) {
        try {
            String line = process.readFile("/proc/" + pid + "/cmdline");
            return line.isEmpty()
                    ? "[" + process.readFile("/proc/" + pid + "/comm").strip() + "]"
                    : line.replace('\0', ' ').strip();
        } catch (ErrnoException e) {
            return "<gone>";
        }
    }
}
