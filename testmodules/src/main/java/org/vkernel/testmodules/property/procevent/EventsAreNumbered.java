package org.vkernel.testmodules.property.procevent;

import java.util.Map;
import java.util.TreeMap;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * The events of a CPU have the numbers from one to the next, in the order in which they come; and
 * so have the answers to requests, but those with the request's number.
 */
final class EventsAreNumbered extends KernelProperty<Lives.Seen> {
    EventsAreNumbered(Workload<?, Lives.Seen> workload) {
        super(26, "the events of a CPU are numbered without gaps", workload);
    }

    @Override
    protected void check(Lives.Seen seen, Complaints complaints) {
        for (Lives.Heard listener : seen.listeners) {
            Map<Integer, Integer> last = new TreeMap<>();
            for (CnMsg message : listener.messages()) {
                ProcEvent event = ProcEvent.parse(message);
                if (event instanceof ProcEvent.Ack && message.seq() == LivesRun.REQUEST) {
                    continue;
                }
                int cpu = event.stamp().cpu();
                Integer before = last.put(cpu, message.seq());
                if (before != null && message.seq() != before + 1) {
                    complaints.add(
                            message.seq() == before ? "a number comes twice" : "a gap",
                            "CPU " + cpu + ": " + message.seq() + " behind " + before);
                    return;
                }
            }
        }
    }
}
