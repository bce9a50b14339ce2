package org.vkernel.testmodules.property;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.trace.TraceKind;

/** What breaks an invariant is reported where it happens; what does not, is not. */
class InvariantsTest {
    private record Event(TraceKind kind, long first, long second, long third) {
        static Event of(String system, String name, long first, long second, long third) {
            return new Event(TraceKind.of(system, name, "", "", ""), first, second, third);
        }
    }

    private static void emit(VirtualKernel kernel, List<Event> events) {
        kernel.run(
                () -> events.forEach(e -> kernel.trace().emit(e.kind, e.first, e.second, e.third)));
    }

    private static void assertBroken(String rule, Event... events) {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        Invariants.watch(kernel);
        List<Event> all = List.of(events);
        emit(kernel, all.subList(0, all.size() - 1));
        assertEquals(List.of(), kernel.reports());

        assertThrows(
                KernelFailedException.class,
                () -> emit(kernel, all.subList(all.size() - 1, all.size())));
        kernel.shutdown();
        assertEquals("invariant broken: " + rule, kernel.reports().getFirst().rule());
        assertEquals(1, kernel.reports().size());
    }

    @Test
    void softirqWithinASoftirq() {
        assertBroken(
                "a softirq runs inside a softirq",
                Event.of("irq", "softirq_entry", 1, 0, 0),
                Event.of("irq", "softirq_exit", 1, 0, 0),
                Event.of("irq", "softirq_entry", 1, 0, 0),
                Event.of("irq", "softirq_entry", 6, 0, 0));
    }

    @Test
    void timerThatFiresEarly() {
        assertBroken(
                "a timer fires at the wrong time",
                Event.of("timer", "timer_start", 7, 110, 100),
                Event.of("timer", "timer_expire_entry", 7, 111, 0),
                Event.of("timer", "timer_start", 7, 120, 112),
                Event.of("timer", "timer_expire_entry", 7, 119, 0));
    }

    @Test
    void timerThatFiresLate() {
        assertBroken(
                "a timer fires at the wrong time",
                Event.of("timer", "timer_start", 7, 300, 100),
                Event.of("timer", "timer_expire_entry", 7, 308, 0),
                Event.of("timer", "timer_start", 7, 310, 308),
                Event.of("timer", "timer_expire_entry", 7, 313, 0));
    }

    @Test
    void messageThatIsNeitherTakenNorFreed() {
        assertBroken(
                "a message is neither taken nor freed with its socket",
                Event.of("netlink", "netlink_bind", 500, 0, 0),
                Event.of("netlink", "netlink_deliver", 500, 0, 16),
                Event.of("netlink", "netlink_deliver", 500, 0, 16),
                Event.of("netlink", "netlink_recv", 500, 0, 16),
                Event.of("netlink", "netlink_recv", 500, 0, -11),
                Event.of("netlink", "netlink_release", 500, 2, 0),
                Event.of("netlink", "netlink_close", 500, 0, 0));
    }

    @Test
    void kernelThatSleepsAndWakes_breaksNone() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(3).cpus(3))) {
            Invariants.watch(kernel);
            for (int i = 0; i < 3; i++) {
                kernel.spawn("sleeper", self -> self.sleep(Duration.ofMillis(5)));
            }
            kernel.run(() -> kernel.timers().msleep(700));
        }
    }
}
