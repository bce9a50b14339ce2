package org.vkernel.emulator.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.Pos;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.emulator.explore.Strategies;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.shared.SharedInt;

/** What a strategy is offered: each thing that can be done, once. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChoicesTest {
    private static final int MOST_QUESTIONS = 1_000_000;
    private static final int SCHEDULES = 400;

    /** Looks at all alternatives of each question. */
    private static final class Looker implements Strategy {
        private final RandomWalk walk;
        private int questions;

        Looker(long seed) {
            walk = new RandomWalk(seed);
        }

        @Override
        public String name() {
            return "looker";
        }

        @Override
        public int choose(ChoiceKind kind, int count, Alternatives view) {
            assertTrue(count >= 2, "a question with " + count + " answers");
            Set<String> seen = new HashSet<>();
            int choices = ((Choices) view).count();
            for (int i = 0; i < count; i++) {
                String what = view.isInterrupt(i) + " " + view.task(i);
                if (kind == ChoiceKind.POINT || kind == ChoiceKind.TASK) {
                    assertTrue(seen.add(what), what + " is offered twice in " + kind);
                }
            }
            assertEquals(choices, ((Choices) view).count(), "listed, not as counted: " + seen);
            questions++;
            return walk.choose(kind, count, view);
        }
    }

    @Test
    void everyQuestion_withSpinnersInterruptsAndPinnedTasks_listsWhatItCounts() {
        int questions = 0;
        for (int seed = 0; seed < SCHEDULES; seed++) {
            Looker looker = new Looker(seed);
            KernelConfig config =
                    KernelConfig.simulated(seed)
                            .strategy(s -> looker)
                            .cpus(1 + seed % 4)
                            .jitter(seed % 2 == 0);
            try (VirtualKernel kernel = VirtualKernel.boot(config)) {
                Scheduler sched = kernel.sched();
                SpinLock lock = kernel.call(() -> new SpinLock(sched, "l"));
                SharedInt value = kernel.call(() -> new SharedInt(sched, 0));
                sched.requestIrq(
                        3,
                        cpu -> {
                            lock.lock();
                            value.set(value.get() + 1);
                            lock.unlock();
                        });
                for (int i = 0; i < 3; i++) {
                    kernel.spawn(
                            "p" + i,
                            process -> {
                                for (int round = 0; round < 4; round++) {
                                    kernel.run(() -> {
                                        boolean flags = lock.lockIrqsave();
                                        value.set(value.get() + 1);
                                        sched.raiseIrq(sched.cpu(sched.cpuCount() - 1), 3);
                                        lock.unlockIrqrestore(flags);
                                        kernel.softirqs().raise(9);
                                    });
                                }
                                process.sleep(Duration.ofMillis(1));
                            });
                }
                kernel.processes().forEach(kernel::join);
            }
            questions += looker.questions;
        }
        assertTrue(questions > SCHEDULES, "hardly anything was asked: " + questions);
    }

    /** What an interrupt did last on a task's stack is not what the task is about to do. */
    @Test
    void syscall_afterAnInterruptAtItsPoint_isStillOne() {
        for (int seed = 0; seed < 50; seed++) {
            KernelConfig config =
                    KernelConfig.simulated(seed)
                            .profile(Profile.V2_6_14)
                            .jitter(true)
                            .strategy(Pos::new);
            try (VirtualKernel kernel = VirtualKernel.boot(config)) {
                for (int i = 0; i < 4; i++) {
                    kernel.spawn(
                            "caller",
                            self -> {
                                for (int call = 0; call < 20; call++) {
                                    kernel.run(() -> {});
                                    if (call % 5 == 0) {
                                        self.sleep(Duration.ofMillis(1));
                                    }
                                }
                            });
                }
                kernel.processes().forEach(kernel::join);
            }
        }
    }

    /** Time that passes early must not be what a strategy always prefers. */
    @ParameterizedTest
    @ValueSource(strings = {"random", "pct", "pos", "round-robin"})
    void everyStrategy_withJitter_letsTheTasksGoOn(String name) {
        for (int seed = 0; seed < 100; seed++) {
            int[] questions = {0};
            KernelConfig config =
                    KernelConfig.simulated(seed)
                            .jitter(true)
                            .strategy(from -> counting(Strategies.of(name, from), questions));
            try (VirtualKernel kernel = VirtualKernel.boot(config)) {
                for (int i = 0; i < 3; i++) {
                    kernel.spawn("sleeper", self -> self.sleep(Duration.ofMillis(1)));
                }
                kernel.processes().forEach(kernel::join);
            }
        }
    }

    private static Strategy counting(Strategy strategy, int[] questions) {
        return new Strategy() {
            @Override
            public String name() {
                return strategy.name();
            }

            @Override
            public int choose(ChoiceKind kind, int count, Alternatives view) {
                if (questions[0]++ > MOST_QUESTIONS) {
                    throw new IllegalStateException("nothing comes to an end");
                }
                return strategy.choose(kind, count, view);
            }
        };
    }
}
