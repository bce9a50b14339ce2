package org.vkernel.emulator.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.sched.Cpu;

/** The queue of exact timers against a list that is sorted whenever its first is asked for. */
class HrTimerQueueProperties {
    /** Each number below 40 adds a timer for it, the others take one off. */
    @Property
    void queue_anyOperations_firstIsEarliestThenOldest(
            @ForAll List<@IntRange(min = 0, max = 79) Integer> operations) {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            HrTimerQueue queue = new HrTimerQueue();
            List<HrTimer> model = new ArrayList<>();
            for (int op : operations) {
                if (op < 40) {
                    HrTimer timer = new HrTimer(kernel.hrTimers(), "t", t -> false);
                    timer.deadlineNs = op;
                    queue.add(timer);
                    model.add(timer);
                } else if (!model.isEmpty()) {
                    HrTimer timer = model.remove(op % model.size());
                    queue.remove(timer);
                }
                // The sort is stable, and the list is in the order of arming.
                HrTimer first =
                        model.stream()
                                .sorted(Comparator.comparingLong(t -> t.deadlineNs))
                                .findFirst()
                                .orElse(null);
                assertSame(first, queue.first());
                assertEquals(first == null ? Cpu.NEVER : first.deadlineNs, queue.firstDeadline());
                assertEquals(model.size(), queue.size());
            }
        }
    }
}
