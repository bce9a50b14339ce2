package org.vkernel.emulator.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;

/**
 * The wheel against a plain list: random timers are added, removed, moved and fired. A timer never
 * fires early, late by at most one tick of the level that its distance asks for, and together with
 * others in the order that Linux has: by tick, coarse before fine, newest first.
 */
class TimerWheelProperties {
    /** What the list knows of a pending timer. */
    private record Entry(Timer timer, long expires, int level, long fires, int order) {}

    enum Kind {
        ADD,
        REMOVE,
        MOVE,
        PASS
    }

    record Op(Kind kind, long amount, int pick) {}

    @Provide
    Arbitrary<List<Op>> operations() {
        Arbitrary<Long> amount =
                Arbitraries.frequencyOf(
                        Tuple.of(6, Arbitraries.longs().between(-3, 100)),
                        Tuple.of(4, Arbitraries.longs().between(0, 6000)),
                        Tuple.of(2, Arbitraries.longs().between(0, 3_000_000)),
                        Tuple.of(1, Arbitraries.longs().between(0, 4_000_000_000L)));
        return Combinators.combine(
                        Arbitraries.of(Kind.class), amount, Arbitraries.integers().between(0, 1000))
                .as(Op::new)
                .list()
                .ofMaxSize(120);
    }

    @Property
    void wheel_anyOperations_agreesWithSortedList(
            @ForAll("operations") List<Op> operations, @ForAll("rates") int hz) {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1).hz(hz))) {
            new Run(kernel.timers(), hz).apply(operations);
        }
    }

    @Provide
    Arbitrary<Integer> rates() {
        return Arbitraries.of(100, 250, 1000);
    }

    private static final class Run {
        private final Timers timers;
        private final int depth;
        private final TimerWheel wheel;
        private final List<Entry> model = new ArrayList<>();
        private long now;
        private long lastFired;
        private int order;

        Run(Timers timers, int hz) {
            this.timers = timers;
            this.depth = hz > 100 ? 9 : 8;
            this.now = timers.clock().initialJiffies();
            this.wheel = new TimerWheel(hz, now);
        }

        void apply(List<Op> operations) {
            for (Op op : operations) {
                switch (op.kind) {
                    case ADD -> add(new Timer(timers, "t" + order, t -> {}), now + op.amount);
                    case REMOVE -> remove(op.pick);
                    case MOVE -> {
                        Timer timer = remove(op.pick);
                        if (timer != null) {
                            add(timer, now + op.amount);
                        }
                    }
                    case PASS -> pass(now + Math.max(0, op.amount));
                }
                check();
            }
        }

        private void add(Timer timer, long expires) {
            wheel.forward(now);
            timer.expires = expires;
            long before = wheel.nextExpiry();
            boolean first = wheel.enqueue(timer);
            Entry entry = expected(timer, expires);
            assertEquals(entry.fires < before, first);
            model.add(entry);
        }

        /** Linux's rule, written down once more. */
        private Entry expected(Timer timer, long expires) {
            long clk = Math.max(now, lastFired + 1); // a tick that was run is over
            long delta = expires - clk;
            if (delta < 0) {
                return new Entry(timer, expires, 0, clk, order++);
            }
            int level = 0;
            long tick = 1;
            while (level < depth - 1 && delta >= 63 * tick) {
                level++;
                tick *= 8;
            }
            long capped = delta >= 63 * tick ? clk + 62 * tick : expires;
            long fires = Math.floorDiv(capped, tick) * tick + tick;
            if (capped == expires) {
                assertTrue(fires > expires && fires <= expires + tick, "late by a tick at most");
            }
            return new Entry(timer, expires, level, fires, order++);
        }

        private @Nullable Timer remove(int pick) {
            if (model.isEmpty()) {
                return null;
            }
            Timer timer = model.remove(pick % model.size()).timer;
            long before = wheel.nextExpiry();
            boolean changed = wheel.dequeue(timer);
            assertEquals(before != wheel.nextExpiry(), changed);
            return timer;
        }

        private void pass(long until) {
            now = until;
            List<Timer> fired = new ArrayList<>();
            while (wheel.collect(now)) {
                Timer timer;
                while ((timer = wheel.nextDue()) != null) {
                    wheel.dequeue(timer);
                    fired.add(timer);
                }
            }
            List<Entry> due = new ArrayList<>(model);
            due.removeIf(entry -> entry.fires > now);
            due.sort(
                    Comparator.comparingLong(Entry::fires)
                            .thenComparing(Comparator.comparingInt(Entry::level).reversed())
                            .thenComparing(Comparator.comparingInt(Entry::order).reversed()));
            assertEquals(due.stream().map(Entry::timer).toList(), fired);
            model.removeAll(due);
            if (!due.isEmpty()) {
                lastFired = due.getLast().fires;
            }
        }

        private void check() {
            assertEquals(model.size(), wheel.size());
            assertEquals(
                    model.stream().mapToLong(Entry::fires).min().orElse(TimerWheel.NEVER),
                    wheel.nextExpiry());
        }
    }
}
