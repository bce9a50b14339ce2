package org.vkernel.emulator.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.vkernel.emulator.explore.PinnedTasks.Made;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.shared.SharedInt;

/**
 * Random small programs, searched with the reduction and without: what comes of them must be the
 * same.
 */
class PartialOrderProperties {
    /** Points of a program at most, so that every schedule can be run. */
    private static final int MOST_POINTS = 8;

    /** What a task does, one after the other; drawn from a seed. */
    private record Work(List<List<Integer>> tasks) {
        static Work of(long seed, int tasks, boolean sleeps) {
            SplitMix random = new SplitMix(seed);
            List<List<Integer>> all = new ArrayList<>();
            int left = tasks == 2 ? MOST_POINTS : MOST_POINTS - 1;
            for (int task = 0; task < tasks; task++) {
                List<Integer> operations = new ArrayList<>();
                int room = left / (tasks - task);
                while (room > 0) {
                    int operation = random.nextInt(sleeps ? OPERATIONS : OPERATIONS - 2);
                    operations.add(operation);
                    room -= COSTS[operation];
                    left -= COSTS[operation];
                }
                all.add(operations);
            }
            return new Work(all);
        }

        private static final int[] COSTS = {1, 1, 1, 1, 1, 3, 3, 3, 4, 4};
        private static final int OPERATIONS = COSTS.length;

        Made make(Scheduler sched) {
            SharedInt x = new SharedInt(sched, 0);
            SharedInt y = new SharedInt(sched, 0);
            AtomicInt z = new AtomicInt(sched, 0);
            SpinLock a = new SpinLock(sched, "a");
            SpinLock b = new SpinLock(sched, "b");
            WaitQueue queue = new WaitQueue(sched, "z");
            StringBuilder[] seen = new StringBuilder[tasks.size()];
            List<Runnable> bodies = new ArrayList<>();
            for (int task = 0; task < seen.length; task++) {
                int self = task;
                seen[task] = new StringBuilder();
                bodies.add(() -> {
                    int value = 10 * self;
                    for (int operation : tasks.get(self)) {
                        value++;
                        switch (operation) {
                            case 0 -> seen[self].append('x').append(x.get());
                            case 1 -> seen[self].append('y').append(y.get());
                            case 2 -> x.set(value);
                            case 3 -> y.set(value);
                            case 4 -> seen[self].append('z').append(z.incrementAndGet());
                            case 5 -> {
                                a.lock();
                                x.set(value);
                                a.unlock();
                            }
                            case 6 -> {
                                a.lock();
                                b.lock();
                                b.unlock();
                                a.unlock();
                            }
                            case 7 -> {
                                b.lock();
                                seen[self].append(a.tryLock() ? 't' : 'f');
                                if (a.isHeld()) {
                                    a.unlock();
                                }
                                b.unlock();
                            }
                            case 8 -> queue.waitEvent(() -> z.get() > 0);
                            default -> {
                                z.set(1);
                                queue.wakeUp();
                            }
                        }
                    }
                });
            }
            return new Made(
                    bodies,
                    none ->
                            String.join(" ", seen)
                                    + (" x=" + x.peek() + " y=" + y.peek() + " z=" + z.peek()));
        }
    }

    private static void assertSame(PinnedTasks program) throws Exception {
        assertEquals(
                PinnedTasks.onVirtualThread(program::exhaustively).outcomes(),
                PinnedTasks.onVirtualThread(program::reduced).outcomes());
    }

    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void reduced_oneCpuEach_findsTheSameOutcomes(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 3) int tasks) throws Exception {
        Work work = Work.of(seed, tasks, false);
        assertSame(new PinnedTasks(tasks, true, work::make));
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void reduced_twoTasksThatSleep_findsTheSameOutcomes(@ForAll long seed) throws Exception {
        Work work =
                new Work(
                        Work.of(seed, 2, true).tasks().stream()
                                .map(PartialOrderProperties::fewer)
                                .toList());
        assertSame(new PinnedTasks(2, true, work::make));
    }

    private static List<Integer> fewer(List<Integer> operations) {
        return operations.subList(0, Math.min(1, operations.size()));
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void reduced_tasksThatShareCpus_findsTheSameOutcomes(@ForAll long seed, @ForAll boolean pinned)
            throws Exception {
        Work work = Work.of(seed, 3, false);
        assertSame(new PinnedTasks(2, pinned, work::make));
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void reduced_tasksOfAnyCpu_findsTheSameOutcomes(@ForAll long seed) throws Exception {
        Work work = Work.of(seed, 2, false);
        assertSame(new PinnedTasks(2, false, work::make));
    }
}
