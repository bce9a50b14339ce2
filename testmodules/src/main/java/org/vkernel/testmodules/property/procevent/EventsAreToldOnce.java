package org.vkernel.testmodules.property.procevent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * All that becomes of a task is told to each member of the group once, in its order, while somebody
 * listens; whatever others ask who may not, or who speak of themselves only.
 */
final class EventsAreToldOnce extends KernelProperty<Lives.Seen> {
    EventsAreToldOnce(Workload<?, Lives.Seen> workload) {
        super(25, "each event of a process is told to each listener once", workload);
    }

    @Override
    protected void check(Lives.Seen seen, Complaints complaints) {
        if (seen.listeners.stream().noneMatch(Lives.Heard::listens)) {
            return;
        }
        for (Lives.Heard listener : seen.listeners) {
            if (listener.listens() && listener.acknowledged() == 0) {
                complaints.add("a request is not answered", listener.toString());
            }
            Map<Integer, List<String>> told = new TreeMap<>();
            for (CnMsg message : listener.messages()) {
                tell(ProcEvent.parse(message), told);
            }
            seen.lives.forEach((pid, life) -> {
                List<String> heard = told.getOrDefault(pid, List.of());
                if (!heard.equals(life)) {
                    String facts = "task " + pid + ": " + life + ", told: " + heard;
                    complaints.add(
                            heard.size() < life.size()
                                    ? "an event is not told"
                                    : "told otherwise than it was",
                            facts);
                }
            });
        }
    }

    private static void tell(ProcEvent event, Map<Integer, List<String>> told) {
        switch (event) {
            case ProcEvent.Fork fork -> add(told, fork.child(), "fork");
            case ProcEvent.Exec exec -> add(told, exec.task(), "exec");
            case ProcEvent.Uid uid -> add(told, uid.task(), "uid " + uid.ruid() + " " + uid.euid());
            case ProcEvent.Gid gid -> add(told, gid.task(), "gid " + gid.rgid() + " " + gid.egid());
            case ProcEvent.Sid sid -> add(told, sid.task(), "sid");
            case ProcEvent.Comm comm -> add(told, comm.task(), "comm " + comm.comm());
            case ProcEvent.Exit exit -> add(told, exit.task(), "exit " + exit.exitCode());
            default -> {
                // An answer to a request, or something that no process here does.
            }
        }
    }

    private static void add(Map<Integer, List<String>> told, ProcEvent.TaskId task, String what) {
        told.computeIfAbsent(task.pid(), any -> new ArrayList<>()).add(what);
    }
}
