package org.vkernel.testmodules.property;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.explore.SparseSchedule;
import org.vkernel.emulator.shared.SharedInt;

/** Machine, schedule and data shrink together, to what is known to be least. */
@Domain(VkernelDomain.class)
@Domain(DomainContext.Global.class)
class DomainShrinkingProperties {
    static final class OneUpdateLost extends ShrinksTo {
        @Override
        String complaint(List<Object> example, Throwable thrown) {
            Machine machine = (Machine) example.getFirst();
            if (!machine.equals(new Machine(Profile.DEFAULT, 1, KernelConfig.DEFAULT_MEMORY, 0))) {
                return "the simplest machine does";
            }
            if (!example.getLast().equals(List.of(1, 1))) {
                return "two updates do";
            }
            SparseSchedule schedule = ((ScheduledFailure) thrown).schedule();
            return schedule.size() == 1 ? "" : "one preemption does, not " + schedule;
        }
    }

    @Property(tries = 1000, seed = "1")
    @AddLifecycleHook(OneUpdateLost.class)
    void updates_withoutALock_areNotLost(
            @ForAll Machine machine,
            @ForAll Interleavings schedules,
            @ForAll @Size(min = 1, max = 3) List<@IntRange(min = 1, max = 4) Integer> updates) {
        KernelConfig config = machine.config(1).checks(Check.allBut(Check.RACES));
        schedules.check(
                config,
                kernel -> {
                    SharedInt counter = new SharedInt(kernel.sched(), 0);
                    for (int times : updates) {
                        kernel.spawn("counter", process -> count(kernel, counter, times));
                    }
                    kernel.processes().forEach(kernel::join);
                    assertEquals(
                            updates.stream().mapToInt(Integer::intValue).sum(), counter.peek());
                });
    }

    private static void count(VirtualKernel kernel, SharedInt counter, int times) {
        for (int i = 0; i < times; i++) {
            kernel.run(() -> counter.set(counter.get() + 1));
        }
    }
}
