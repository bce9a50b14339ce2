package org.vkernel.testmodules.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.testmodules.cli.CommandLineRun.vkernelLine;

import com.google.common.base.Splitter;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.explore.ReplayToken;

/** {@code explore} and {@code replay}, from the command line to the token and back. */
class ExploreCommandTest {
    private static final String EXAMPLE = "org.vkernel.testmodules.example.";
    private static final String LOST_UPDATE = "explore " + EXAMPLE + "LostUpdate --checks none ";

    /** What stands behind {@code vkernel replay} in a line. */
    private static String tokenIn(String line) {
        return Splitter.on("vkernel replay ").splitToList(line).get(1);
    }

    private static List<String> replayLines(CommandLineRun run) {
        return run.outLines().stream().filter(line -> line.contains("vkernel replay ")).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"random", "pct", "pos"})
    void lostUpdate_isFound_shrunk_andReplays(String strategy) {
        CommandLineRun run = vkernelLine(LOST_UPDATE + "--schedules 300 --strategy " + strategy);

        assertEquals(1, run.status(), run.err());
        assertTrue(
                run.result()
                        .matches("300 schedules, \\d+ failures, 0 known, \\d+\\.\\d schedules/s"),
                run.result());
        List<String> tokens = replayLines(run).stream().map(l -> tokenIn(l)).toList();
        assertTrue(run.result().contains(" " + tokens.size() + " failures"), run.out());
        assertTrue(run.out().contains("LostUpdate.java:"), "the picture names lines: " + run.out());
        for (String token : tokens.subList(0, Math.min(3, tokens.size()))) {
            assertTrue(token.length() <= 400 && token.matches("[A-Za-z0-9_-]+"), token);
            CommandLineRun again = vkernelLine("replay " + token);
            assertEquals(1, again.status(), again.err());
            assertTrue(again.out().contains("counted 1"), again.out());
            assertTrue(again.out().contains("sched:sched_switch"), "the whole trace");
            assertEquals(again, vkernelLine("replay " + token));
        }
    }

    @Test
    void dpor_endsByItself_andSaysHowManyRan() {
        CommandLineRun run = vkernelLine("explore register_race --strategy dpor");
        CommandLineRun stopped = vkernelLine("explore cn_test --strategy dpor --schedules 2");

        assertEquals(0, run.status(), run.err());
        assertTrue(
                run.result().matches("all \\d+ schedules, 0 failures, [1-9]\\d* known"), run.out());
        assertTrue(run.out().contains(" more were cut short"), run.out());
        assertTrue(
                stopped.result().matches("stopped after 2 schedules, 0 failures, \\d+ known"),
                stopped.out());
    }

    @Test
    void sameSeed_sameFailures_onAnyNumberOfHostThreads() {
        CommandLineRun first = vkernelLine(LOST_UPDATE + "--schedules 100");
        CommandLineRun again = vkernelLine(LOST_UPDATE + "--schedules 100");
        CommandLineRun other = vkernelLine(LOST_UPDATE + "--schedules 100 --seed 1000");

        assertEquals(replayLines(first), replayLines(again));
        assertNotEquals(replayLines(first), replayLines(other));
    }

    @Test
    void exhaustive_endsByItself_andSaysHowMany() {
        CommandLineRun none = vkernelLine(LOST_UPDATE + "--cpus 1 --strategy exhaustive --bound 0");
        assertEquals(0, none.status(), none.out());
        assertTrue(
                none.result()
                        .matches(
                                "all \\d+ schedules with at most 0 unforced choices, 0 failures,"
                                        + " 0 known"),
                none.result());

        CommandLineRun one = vkernelLine(LOST_UPDATE + "--cpus 1 --strategy exhaustive --bound 1");
        assertEquals(1, one.status(), one.out());
        assertTrue(one.result().startsWith("all "), one.result());
        assertEquals(1, vkernelLine("replay " + tokenIn(replayLines(one).getFirst())).status());
    }

    @Test
    void exhaustive_stoppedBySchedules_saysSo() {
        CommandLineRun run =
                vkernelLine(LOST_UPDATE + "--strategy exhaustive --bound 3 --schedules 50");

        assertTrue(
                run.result().matches("stopped after 50 schedules, \\d+ failures, 0 known"),
                run.out());
    }

    @Test
    void scenarioWithoutABug_isWell() {
        CommandLineRun run = vkernelLine("explore cn_test --for 2s --schedules 50 --cpus 3");

        assertEquals(0, run.status(), run.out());
        assertEquals(1, run.outLines().size(), run.out());
        assertTrue(run.result().startsWith("50 schedules, 0 failures, 0 known, "), run.result());
    }

    @Test
    void failingRun_givesAToken_thatRepeatsIt() {
        CommandLineRun run = vkernelLine("run " + EXAMPLE + "SleepsWhileAtomic --cpus 3 --seed 5");
        assertEquals(1, run.status(), run.out());

        String line = run.outLines().get(run.outLines().size() - 2);
        assertTrue(line.startsWith("to repeat it: vkernel replay "), line);
        assertTrue(tokenIn(line).length() <= 120, line);
        CommandLineRun again = vkernelLine("replay " + tokenIn(line));
        assertEquals(run.result(), again.result());
    }

    @Test
    void faults_areAnswersOfTheSchedule_andShrinkWithIt() {
        String fault = "--fault failslab:probability=30,gfp=GFP_ATOMIC,task=ucon,verbose=1";
        CommandLineRun run = vkernelLine("explore cn_test --schedules 12 --for 2s " + fault);
        assertTrue(run.out().contains("ENOMEM (out of memory)"), run.out());
        assertTrue(run.out().contains(" to 1 answers other than \"go on\""), run.out());

        CommandLineRun again = vkernelLine("replay " + tokenIn(replayLines(run).getFirst()));
        assertEquals(1, again.status(), again.err());
        assertTrue(again.out().contains("FAULT_INJECTION: forcing a failure."), again.out());
        assertTrue(again.err().contains("ENOMEM"), again.err());
    }

    @Test
    void columns_showTheRunAsAPicture() {
        CommandLineRun run = vkernelLine(LOST_UPDATE + "--schedules 100");
        CommandLineRun picture =
                vkernelLine("replay --columns " + tokenIn(replayLines(run).getFirst()));

        assertEquals("CPU0", picture.outLines().getFirst().substring(0, 4));
        assertTrue(picture.out().contains("* stops before "), picture.out());
        assertTrue(
                picture.outLines().stream()
                        .limit(picture.outLines().size() - 1)
                        .allMatch(text -> text.length() <= 100),
                picture.out());
        assertTrue(picture.result().startsWith("failed: "), picture.result());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replay | replay: expected TOKEN*",
                "replay xxxxxxxxxxxx | replay: a damaged token: expected all of what a failure printed",
                "replay x! | replay: not a token: expected letters, digits, '-' and '_', as a"
                        + " failure prints them",
                "explore cn_test --bound 2 | explore: --bound: expected with --strategy exhaustive",
                "explore cn_test --machine parallel | explore: --machine: the parallel machine"
                        + " makes no choices: expected simulated",
                "explore cn_test --schedules 0 | explore: --schedules*",
                "explore nothing | explore: unknown scenario 'nothing': expected *",
                "explore cn_test --strategy best | explore: --strategy*expected random, round-robin,"
                        + " pct, pos, exhaustive*",
            })
    void wrongUsage_isOneLine(String line, String message) {
        CommandLineRun run = vkernelLine(line);

        assertEquals(2, run.status());
        assertEquals("", run.out());
        assertEquals(1, run.errLines().size(), run.err());
        String expected = "vkernel: " + message;
        String pattern =
                Splitter.on('*')
                        .splitToStream(expected)
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*"));
        assertTrue(run.errLines().getFirst().matches(pattern), run.err());
    }

    @Test
    void tokenOfAnotherProgram_isRefused_andRunsNothing() {
        CommandLineRun run = vkernelLine("run " + EXAMPLE + "SleepsWhileAtomic");
        var token = ReplayToken.parse(tokenIn(run.outLines().get(run.outLines().size() - 2)));
        var changed =
                new ReplayToken(
                        token.program(),
                        token.strategy(),
                        token.seed(),
                        token.schedule(),
                        token.check() + 1);

        CommandLineRun again = vkernelLine("replay " + changed);

        assertEquals(2, again.status());
        assertEquals("", again.out());
        assertTrue(
                again.err()
                        .startsWith("vkernel: replay: a token of another version of the program"),
                again.err());
        assertEquals(1, again.errLines().size());
    }
}
