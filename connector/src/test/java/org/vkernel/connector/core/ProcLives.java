package org.vkernel.connector.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.connector.wire.ProcEvent.TaskId;

/**
 * What a process and all that it made lived through, out of a stream of events of the whole
 * machine: a list for each task, under a name that says whose how manieth child it is.
 *
 * <p>Left out is what differs from run to run: ids, clocks, the order of events of different tasks,
 * and whether a parent had waited for a child before its exit was told.
 */
final class ProcLives {
    private final Map<Integer, String> names = new HashMap<>();
    private final Map<String, Integer> children = new HashMap<>();
    private final Map<String, List<String>> lives = new LinkedHashMap<>();
    private final int root;
    private int left;

    /** The lives of {@code root}, a process, and its descendants. */
    ProcLives(int root) {
        this.root = root;
    }

    /** The lives, by the tasks' names. */
    Map<String, List<String>> lives() {
        return lives;
    }

    /** Whether the process is known, and it and all that it made have ended. */
    boolean isOver() {
        return !lives.isEmpty() && left == 0;
    }

    void add(ProcEvent event) {
        switch (event) {
            case ProcEvent.Ack ack -> {}
            case ProcEvent.Fork fork -> fork(fork);
            case ProcEvent.Exec exec -> tell(exec.task(), "exec");
            case ProcEvent.Uid uid -> tell(uid.task(), "uid " + uid.ruid() + " " + uid.euid());
            case ProcEvent.Gid gid -> tell(gid.task(), "gid " + gid.rgid() + " " + gid.egid());
            case ProcEvent.Sid sid -> tell(sid.task(), "sid");
            case ProcEvent.Ptrace ptrace ->
                    tell(ptrace.task(), "ptrace" + (ptrace.tracer().pid() == 0 ? " off" : ""));
            case ProcEvent.Comm comm -> tell(comm.task(), "comm " + comm.comm());
            case ProcEvent.Coredump dump -> tell(dump.task(), "coredump of " + name(dump.parent()));
            case ProcEvent.Exit exit -> exit(exit);
            case ProcEvent.Unknown unknown -> throw new AssertionError(unknown);
        }
    }

    /** A process's child is called after it; a thread is too, and its parent is the process's. */
    private void fork(ProcEvent.Fork fork) {
        TaskId child = fork.child();
        String name;
        if (child.pid() == root) {
            name = "root";
        } else if (child.pid() == child.tgid()) {
            String parent = names.get(fork.parent().pid());
            if (parent == null) {
                return;
            }
            name = parent + "." + children.merge(parent, 1, Integer::sum);
        } else {
            String process = names.get(child.tgid());
            if (process == null) {
                return;
            }
            name = process + ":" + children.merge(process + ":", 1, Integer::sum);
        }
        names.put(child.pid(), name);
        lives.put(name, new ArrayList<>(List.of("fork by " + name(fork.parent()))));
        left++;
    }

    private void exit(ProcEvent.Exit exit) {
        String name = names.get(exit.task().pid());
        if (name != null) {
            String parent = exit.exitSignal() == -1 ? " of " + name(exit.parent()) : "";
            tell(
                    exit.task(),
                    "exit %#x %d%s".formatted(exit.exitCode(), exit.exitSignal(), parent));
            left--;
        }
    }

    private String name(TaskId task) {
        return task.pid() == 0 ? "nobody" : names.getOrDefault(task.pid(), "another");
    }

    private void tell(TaskId task, String what) {
        String name = names.get(task.pid());
        if (name != null) {
            Objects.requireNonNull(lives.get(name)).add(what);
        }
    }
}
