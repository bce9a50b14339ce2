package org.vkernel.testmodules.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;

/** The listener to process events prints what forkstat would, in every schedule. */
class ProcmonScenarioTest {
    private static List<String> run(KernelConfig config) throws Exception {
        List<String> output = new ArrayList<>();
        Scenario scenario = Scenarios.find("procmon");
        RunResult result =
                new ScenarioRun(scenario, config.output(output::add), ScenarioOptions.of(scenario))
                        .run();
        assertTrue(result.isOk(), result.toLine());
        assertEquals(0, result.unread());
        assertEquals(0, result.dropped());
        assertEquals(result.sent(), result.delivered());
        return output;
    }

    private static long count(List<String> output, String event) {
        return output.stream().filter(line -> line.substring(9).startsWith(event + " ")).count();
    }

    /** The begin of the shell may come before anybody listens; all else is told. */
    @ParameterizedTest
    @ValueSource(strings = {"6.1", "6.18"})
    void everyKind_isPrinted_inEverySchedule(String profile) throws Exception {
        for (int seed = 0; seed < 20; seed++) {
            List<String> output =
                    run(
                            KernelConfig.simulated(seed)
                                    .cpus(1 + seed % 4)
                                    .profile(Profile.of(profile)));
            assertEquals("Time     Event    PID Info      Duration Process", output.removeFirst());
            assertEquals(1, count(output, "uid"), output::toString);
            assertEquals(1, count(output, "gid"), output::toString);
            assertEquals(1, count(output, "sid"), output::toString);
            assertEquals(2, count(output, "ptrce"), output::toString);
            assertEquals(1, count(output, "comm"), output::toString);
            assertEquals(1, count(output, "core"), output::toString);
            assertEquals(2, count(output, "clone"), output::toString);
            assertEquals(7, count(output, "exit"), output::toString);
            assertTrue(count(output, "fork") >= 10, output::toString);
            assertTrue(count(output, "exec") >= 4, output::toString);
            assertTrue(has(output, "exit  .*  3    0.2..s sh"), output::toString);
            assertTrue(has(output, "exit  .* 139 .*crash.*"), output::toString);
            assertTrue(has(output, "exit  .* 143    0.5..s .*daemon.*"), output::toString);
        }
    }

    private static boolean has(List<String> output, String regex) {
        return output.stream().anyMatch(line -> line.substring(9).matches(regex));
    }

    @Test
    void kernelWithoutProcessEvents_isSaid() throws Exception {
        List<String> output = run(KernelConfig.simulated(1).profile(Profile.V2_6_14));
        assertEquals(List.of("this kernel does not tell of process events"), output);
    }
}
