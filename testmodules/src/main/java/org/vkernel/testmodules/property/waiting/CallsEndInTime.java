package org.vkernel.testmodules.property.waiting;

import com.google.common.collect.ImmutableSet;
import org.vkernel.emulator.Errno;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;
import org.vkernel.testmodules.property.waiting.WaitAction.What;

/**
 * A call with a time-out ends a tick behind it at the latest, however often it was woken, and gives
 * up no earlier; one without ends when there is room, or nobody to have any. Each ends when what it
 * waits for is there. What it returns is a length, or one of the errors that there are for it.
 */
final class CallsEndInTime extends KernelProperty<Waits.Seen> {
    private static final ImmutableSet<Integer> ERRORS =
            ImmutableSet.of(-Errno.EAGAIN, -Errno.ECONNREFUSED, -Errno.ENOBUFS, -WaitsRun.ERROR);

    CallsEndInTime(Workload<?, Waits.Seen> workload) {
        super(29, "a call that waits ends within its time", workload);
    }

    @Override
    protected void check(Waits.Seen seen, Complaints complaints) {
        for (Waits.Call call : seen.calls) {
            int ticks = call.action().ticks();
            String facts = call + ", a tick is " + seen.tickNs + " ns";
            boolean isOver =
                    call.action().what() == What.POLL
                            ? call.result() == 0
                            : call.result() == -Errno.EAGAIN;
            if (isOver && ticks == 0) {
                complaints.add("given up though there is no time-out", facts);
            } else if (isOver && call.ns() < (seen.jitter ? ticks - 1 : ticks) * seen.tickNs) {
                complaints.add("given up too early", facts);
            } else if (ticks != 0 && call.ns() > (ticks + 1) * seen.tickNs && !seen.jitter) {
                complaints.add("it takes longer than its time-out", facts);
            }
            if (call.result() < 0 && !ERRORS.contains(call.result())) {
                complaints.add("another error", facts);
            }
            if (call.action().receives() && !seen.jitter) {
                checkWoken(seen, call, complaints);
            }
        }
        seen.starved.forEach(facts -> complaints.add("given up though there is room", facts));
    }

    /** Time passes only where nobody can go on. */
    private static void checkWoken(Waits.Seen seen, Waits.Call call, Complaints complaints) {
        for (Waits.Stimulus stimulus : seen.stimuli) {
            if (stimulus.receiver() == call.action().process()
                    && stimulus.began() > call.began()
                    && stimulus.endedNs() < call.endedNs()) {
                complaints.add(
                        "it waits though there is something to read", call + "; " + stimulus);
                return;
            }
        }
    }
}
