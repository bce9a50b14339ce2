package org.vkernel.testmodules.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.explore.DepthFirstSearch;
import org.vkernel.emulator.explore.PartialOrderSearch;
import org.vkernel.emulator.explore.Program;
import org.vkernel.emulator.explore.Program.Outcome;

/**
 * The race between the registration of a callback and a send to its group: found by searches that
 * end by themselves, and by none once the group is set before the entry is linked.
 */
class RegisterRaceSearchTest {
    private static final String REPAIR = "CN-14";

    private record Found(long schedules, long failures, long known) {}

    private static Program program(KernelConfig config) {
        Scenario scenario = new RegisterRaceScenario();
        return new ScenarioProgram(scenario, config, ScenarioOptions.of(scenario));
    }

    private static KernelConfig config() {
        return KernelConfig.simulated(1).cpus(2);
    }

    private static Found exhaustively(KernelConfig config, int bound) throws Exception {
        FutureTask<Found> task =
                new FutureTask<>(() -> {
                    Program program = program(config);
                    DepthFirstSearch search = new DepthFirstSearch(bound);
                    Found found = new Found(0, 0, 0);
                    do {
                        found = add(found, program.run(search.strategy(), false));
                    } while (search.next());
                    return found;
                });
        Thread.ofVirtual().start(task);
        return task.get();
    }

    private static Found reduced(KernelConfig config) throws Exception {
        FutureTask<Found> task =
                new FutureTask<>(() -> {
                    Program program = program(config);
                    PartialOrderSearch search = new PartialOrderSearch();
                    Found found = new Found(0, 0, 0);
                    do {
                        Outcome outcome = program.run(search.strategy(), false);
                        found = search.wasCut() ? found : add(found, outcome);
                    } while (search.next());
                    return found;
                });
        Thread.ofVirtual().start(task);
        return task.get();
    }

    private static Found add(Found found, Outcome outcome) {
        return new Found(
                found.schedules + 1,
                found.failures + (outcome.failure() == null ? 0 : 1),
                found.known + (outcome.known() ? 1 : 0));
    }

    @Test
    void asInLinux_oneUnforcedChoice_findsTheRace() throws Exception {
        Found found = exhaustively(config(), 1);

        assertTrue(found.known > 0, found::toString);
        assertEquals(0, found.failures, found::toString);
    }

    @Test
    void repaired_threeUnforcedChoices_allSchedulesAreWell() throws Exception {
        Found one = exhaustively(config().variant(REPAIR), 1);
        Found three = exhaustively(config().variant(REPAIR), 3);

        assertEquals(new Found(three.schedules, 0, 0), three);
        assertTrue(three.schedules > 20 * one.schedules, one + ", " + three);
    }

    @Test
    void reduced_findsTheRace_andEndsWithoutABound() throws Exception {
        Found linux = reduced(config());
        Found repaired = reduced(config().variant(REPAIR));

        assertTrue(linux.known > 0 && linux.failures == 0, linux::toString);
        assertEquals(new Found(repaired.schedules, 0, 0), repaired);
        assertTrue(repaired.schedules >= 2, repaired::toString);
    }
}
