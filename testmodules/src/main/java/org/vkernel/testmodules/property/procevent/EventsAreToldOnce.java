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
 * All that becomes of a task is told to each member of the group once, in its order and with all
 * that belongs to it, while somebody listens; whatever others ask who may not, or who speak of
 * themselves only.
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
            Map<Integer, List<ProcEvent>> told = new TreeMap<>();
            for (CnMsg message : listener.messages()) {
                ProcEvent event = ProcEvent.parse(message);
                ProcEvent.TaskId task = EventText.taskOf(event);
                if (task != null) {
                    told.computeIfAbsent(task.pid(), any -> new ArrayList<>()).add(event);
                }
            }
            seen.lives.forEach((pid, life) ->
                    compare(pid, life, told.getOrDefault(pid, List.of()), complaints));
        }
    }

    private static void compare(
            int pid, List<Lives.Fact> life, List<ProcEvent> told, Complaints complaints) {
        List<String> heard = told.stream().map(EventText::of).toList();
        boolean isSame = heard.size() == life.size();
        for (int i = 0; i < heard.size() && isSame; i++) {
            isSame = life.get(i).texts().contains(heard.get(i));
        }
        String facts = "task " + pid + ": " + life + ", told: " + heard;
        if (!isSame) {
            complaints.add(
                    heard.size() < life.size()
                            ? "an event is not told"
                            : "told otherwise than it was",
                    facts);
            return;
        }
        for (int i = 0; i < told.size(); i++) {
            if (told.get(i).stamp().timestampNs() < life.get(i).ns()) {
                complaints.add("told of a time before it was", facts);
            }
        }
    }
}
