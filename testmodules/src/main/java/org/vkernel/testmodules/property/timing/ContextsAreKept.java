package org.vkernel.testmodules.property.timing;

import java.util.List;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;
import org.vkernel.testmodules.property.timing.TimingSeen.Deed;
import org.vkernel.testmodules.property.timing.TimingSeen.Event;

/**
 * An atomic allocation never sleeps; a softirq never runs inside a softirq on its CPU; timers never
 * fire early (beyond the wheel's range excepted), and late by at most their wheel level's
 * granularity plus what held off the softirq.
 *
 * <p>How late is what the invariants look at, which see each arming where it happens. Here a timer
 * fires at most once for each arming, not before one of those that it can be of, not while it runs,
 * and not between the return of {@code del_timer_sync()} and the next arming.
 */
final class ContextsAreKept extends KernelProperty<TimingSeen> {
    ContextsAreKept(Workload<?, TimingSeen> workload) {
        super(12, "atomic allocations, softirqs and timers keep to their contexts", workload);
    }

    @Override
    protected void check(TimingSeen seen, Complaints complaints) {
        seen.broken.forEach(each -> complaints.add(each.getKey(), each.getValue()));
        seen.timers.forEach((number, events) -> {
            int fired = 0;
            for (Event event : events) {
                if (event.deed() == Deed.FIRE) {
                    fired++;
                    check("timer " + number, events, event, fired, complaints);
                }
            }
        });
    }

    private static void check(
            String who, List<Event> events, Event fire, int fired, Complaints complaints) {
        int armed = 0;
        boolean isDue = false;
        for (Event event : events) {
            if (event.deed() == Deed.ARM && event.begin() < fire.begin()) {
                armed++;
                isDue |= event.expires() - fire.jiffies() <= 0;
            }
        }
        if (fired > armed) {
            complaints.add("a timer fires without being armed", who + " fires " + fired + " times");
        } else if (!isDue) {
            complaints.add("a timer fires early", who + " at " + fire.jiffies());
        }
        for (Event event : events) {
            if (event.deed() == Deed.FIRE
                    && !event.equals(fire)
                    && event.begin() < fire.begin()
                    && event.end() > fire.begin()) {
                complaints.add("a timer fires while it runs", who);
            }
            if (event.deed() == Deed.DEL
                    && event.waits()
                    && event.end() < fire.end()
                    && !isArmedSince(events, event, fire)) {
                complaints.add("a timer fires after del_timer_sync()", who);
            }
        }
    }

    private static boolean isArmedSince(List<Event> events, Event deleted, Event fire) {
        for (Event event : events) {
            if (event.deed() == Deed.ARM
                    && event.end() > deleted.begin()
                    && event.begin() < fire.begin()) {
                return true;
            }
        }
        return false;
    }
}
