package org.vkernel.emulator.explore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.SharedInt;

/** Strategies, search and shrinking, on small programs of the literature. */
class ExplorationTest {
    /** Tasks over two ints, which note what they see. */
    private interface Body {
        List<Runnable> tasks(SharedInt x, SharedInt y, List<String> seen);
    }

    private static final Body LOST_UPDATE =
            (x, y, seen) -> List.of(() -> x.set(x.get() + 1), () -> x.set(x.get() + 1));

    private static final Body STORE_BUFFERING =
            (x, y, seen) ->
                    List.of(
                            () -> {
                                x.set(1);
                                seen.add("a" + y.get());
                            },
                            () -> {
                                y.set(1);
                                seen.add("b" + x.get());
                            });

    private static final Body MESSAGE_PASSING =
            (x, y, seen) ->
                    List.of(
                            () -> {
                                x.set(1);
                                y.set(1);
                            },
                            () -> {
                                int flag = y.get();
                                seen.add(flag + "" + x.get());
                            });

    /** A body as a program that fails where its outcome begins with a text. */
    private record BodyProgram(Body body, int cpus, String failing) implements Program {
        @Override
        public Outcome run(Strategy strategy, boolean recording) {
            KernelConfig config =
                    KernelConfig.simulated(1)
                            .checks(Check.allBut(Check.RACES))
                            .cpus(cpus)
                            .recording(recording)
                            .strategy(seed -> strategy);
            List<String> seen = new ArrayList<>();
            VirtualKernel kernel = VirtualKernel.boot(config);
            SharedInt x = new SharedInt(kernel.sched(), 0);
            SharedInt y = new SharedInt(kernel.sched(), 0);
            for (Runnable task : body.tasks(x, y, seen)) {
                kernel.spawn("t", self -> kernel.run(task));
            }
            kernel.runFor(Duration.ofMillis(1));
            String outcome = "x=" + x.peek() + " y=" + y.peek() + " " + new TreeSet<>(seen);
            kernel.close();
            return new Outcome(
                    outcome.startsWith(failing) ? outcome : null,
                    false,
                    kernel.trace().fingerprint(),
                    kernel.schedule());
        }
    }

    private static String outcome(Body body, int cpus, Strategy strategy) {
        return String.valueOf(new BodyProgram(body, cpus, "").run(strategy, false).failure());
    }

    private static Set<String> search(Body body, int cpus, int bound) {
        DepthFirstSearch search = new DepthFirstSearch(bound);
        Set<String> outcomes = new TreeSet<>();
        do {
            outcomes.add(outcome(body, cpus, search.strategy()));
        } while (search.next());
        return outcomes;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void exhaustive_findsAllOutcomes_andNoOthers(int cpus) {
        assertEquals(Set.of("x=1 y=0 []", "x=2 y=0 []"), search(LOST_UPDATE, cpus, 2));
        assertEquals(
                Set.of("x=1 y=1 [a0, b1]", "x=1 y=1 [a1, b0]", "x=1 y=1 [a1, b1]"),
                search(STORE_BUFFERING, cpus, 2));
        assertEquals(
                Set.of("x=1 y=1 [00]", "x=1 y=1 [01]", "x=1 y=1 [11]"),
                search(MESSAGE_PASSING, cpus, 2));
    }

    @Test
    void exhaustive_oneCpuWithoutPreemptions_findsOnlyWhatWholeTasksDo() {
        assertEquals(Set.of("x=2 y=0 []"), search(LOST_UPDATE, 1, 0));
    }

    @Test
    void exhaustive_runsNoScheduleTwice_andMoreWithAHigherBound() {
        int before = 0;
        for (int bound = 0; bound <= 2; bound++) {
            DepthFirstSearch search = new DepthFirstSearch(bound);
            Set<List<Integer>> schedules = new HashSet<>();
            int runs = 0;
            do {
                var _ = outcome(LOST_UPDATE, 2, search.strategy());
                List<Integer> answers = new ArrayList<>();
                for (int answer : search.schedule()) {
                    answers.add(answer);
                }
                schedules.add(answers);
                runs++;
            } while (search.next());
            assertEquals(runs, schedules.size());
            assertTrue(runs > before, bound + ": " + runs);
            before = runs;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"random", "pct", "pct-2-100", "pos"})
    void strategy_meetsEveryOutcome_andOneSeedAlwaysTheSame(String name) {
        for (Body body : List.of(LOST_UPDATE, STORE_BUFFERING, MESSAGE_PASSING)) {
            Set<String> outcomes = new TreeSet<>();
            for (int seed = 0; seed < 400; seed++) {
                String outcome = outcome(body, 2, Strategies.of(name, seed));
                outcomes.add(outcome);
                if (seed % 40 == 0) {
                    assertEquals(outcome, outcome(body, 2, Strategies.of(name, seed)));
                }
            }
            assertEquals(search(body, 2, 2), outcomes, name);
        }
    }

    @Test
    void unknownStrategy_isRefused() {
        for (String name : List.of("", "best", "pct-1", "pct-a-b", "random-1-2")) {
            assertThrows(IllegalArgumentException.class, () -> Strategies.of(name, 1), name);
        }
    }

    @Test
    void shrinker_leavesWhatTheFailureNeeds() {
        Program program = new BodyProgram(LOST_UPDATE, 2, "x=1");
        int failed = 0;
        for (int seed = 0; seed < 300; seed++) {
            Program.Outcome found = program.run(new RandomWalk(seed), true);
            String failure = found.failure();
            if (failure == null) {
                continue;
            }
            failed++;
            SparseSchedule shrunk =
                    new Shrinker(program, failure).shrink(SparseSchedule.of(found.schedule()));
            assertTrue(shrunk.size() <= 2, seed + ": " + shrunk);
            Program.Outcome again = program.run(shrunk.strategy(), true);
            assertEquals(failure, again.failure());
            assertEquals(shrunk, SparseSchedule.of(again.schedule()));
        }
        assertTrue(failed >= 3, "only " + failed + " failed");
    }

    @Test
    void replayOfARecordedSchedule_isTheSameRun() {
        Program program = new BodyProgram(STORE_BUFFERING, 2, "");
        for (int seed = 0; seed < 50; seed++) {
            Program.Outcome found = program.run(new RandomWalk(seed), true);
            SparseSchedule sparse = SparseSchedule.of(found.schedule());
            Program.Outcome again = program.run(sparse.strategy(), true);
            assertEquals(found.fingerprint(), again.fingerprint());
            assertArrayEquals(found.schedule(), again.schedule());
        }
    }

    @Test
    void searchOfAProgramThatIsNotDeterministic_isRefused() {
        DepthFirstSearch search = new DepthFirstSearch(1);
        Alternatives nothing = new NoAlternatives();
        assertEquals(0, search.strategy().choose(ChoiceKind.POINT, 2, nothing));
        assertTrue(search.next());
        Strategy second = search.strategy();
        assertThrows(ScheduleMismatch.class, () -> second.choose(ChoiceKind.POINT, 3, nothing));
    }

    private static final class NoAlternatives implements Alternatives {
        @Override
        public @Nullable Task task(int alternative) {
            return null;
        }

        @Override
        public int access(int alternative) {
            return 0;
        }

        @Override
        public long object(int alternative) {
            return 0;
        }

        @Override
        public boolean isInterrupt(int alternative) {
            return false;
        }

        @Override
        public int percent() {
            return 0;
        }
    }
}
