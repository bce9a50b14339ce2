package org.vkernel.testmodules.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.testmodules.cli.CommandLineRun.vkernel;
import static org.vkernel.testmodules.cli.CommandLineRun.vkernelLine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

/** Runs scenarios and modules such as a user writes, with each option. */
class RunCommandTest {
    private static final String EXAMPLE = "org.vkernel.testmodules.example.";
    private static final String RACERS = "run " + EXAMPLE + "Racers ";
    private static final String NOTHING_SENT =
            "0 messages sent, 0 delivered, 0 dropped, 0 unread, ";

    @TempDir private Path temp;

    private static List<String> laps(CommandLineRun run) {
        return run.outLines().stream().filter(line -> line.startsWith("racer")).toList();
    }

    @Test
    void scenario_printsLogAndOutputAndResult() {
        CommandLineRun run = vkernelLine(RACERS);

        assertEquals(0, run.status(), run.err());
        assertEquals("", run.err());
        assertEquals(15, laps(run).size(), run.out());
        assertTrue(run.out().contains("greeter: hello, world"), run.out());
        assertTrue(
                run.result()
                        .matches("ok: " + NOTHING_SENT + "0 bug reports, fingerprint [0-9a-f]{16}"),
                run.result());
    }

    @Test
    void module_isLoadedAloneAndUnloadedAtTheEnd() {
        CommandLineRun run = vkernelLine("run " + EXAMPLE + "Greeter");

        assertEquals(0, run.status(), run.err());
        assertEquals(3, run.outLines().size(), run.out());
        assertTrue(run.outLines().get(0).endsWith("greeter: hello, world"), run.out());
        assertTrue(run.outLines().get(1).endsWith("greeter: goodbye"), run.out());
    }

    @Test
    void params_reachTheModule() {
        CommandLineRun run =
                vkernelLine(RACERS + "--param greeter.times=3 --param greeter.whom=you=all");

        assertEquals(0, run.status(), run.err());
        assertEquals(
                3,
                run.outLines().stream().filter(l -> l.endsWith("greeter: hello, you=all")).count(),
                run.out());
    }

    @Test
    void sameSeed_sameOutput_otherSeed_otherOutput() {
        CommandLineRun first = vkernelLine(RACERS + "--seed 7");
        CommandLineRun again = vkernelLine(RACERS + "--seed=7");
        CommandLineRun other = vkernelLine(RACERS + "--seed -8");

        assertEquals(first, again);
        assertNotEquals(first.fingerprint(), other.fingerprint());
    }

    @Test
    void defaults_areThoseThatAreDocumented() {
        CommandLineRun plain = vkernelLine(RACERS);

        CommandLineRun spelled =
                vkernelLine(
                        RACERS
                                + "--kernel 6.18 --machine simulated --cpus 2 --seed 1"
                                + " --strategy random --for 1s --hz 250 --memory 1G");

        assertEquals(plain, spelled);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--cpus 1", "--cpus 8", "--strategy round-robin"})
    void choosersOption_changesTheRun(String option) {
        CommandLineRun run = vkernelLine(RACERS + option);

        assertEquals(0, run.status(), run.err());
        assertEquals(15, laps(run).size(), run.out());
        assertNotEquals(vkernelLine(RACERS).fingerprint(), run.fingerprint());
    }

    @Test
    void jitter_timersPending_changesTheRun() {
        CommandLineRun run = vkernelLine("run cn_test --for 5s --jitter");

        assertEquals(0, run.status(), run.err());
        assertNotEquals(vkernelLine("run cn_test --for 5s").fingerprint(), run.fingerprint());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                      | Linux version 6.18, HZ 250",
                "--kernel 6.1          | Linux version 6.1, HZ 100",
                "--kernel 2.6.14       | Linux version 2.6.14, HZ 250",
                "--hz 1000             | Linux version 6.18, HZ 1000",
                "--kernel 6.1 --hz 300 | Linux version 6.1, HZ 300"
            })
    void kernelAndHz_reachTheKernel(@Nullable String options, String banner) {
        CommandLineRun run = vkernelLine(RACERS + (options == null ? "" : options));

        assertEquals(0, run.status(), run.err());
        assertTrue(run.outLines().getFirst().endsWith(banner), run.out());
    }

    @Test
    void oneCpu_roundRobin_isTheSameForEverySeed() {
        String options = RACERS + "--cpus 1 --strategy round-robin ";

        assertEquals(vkernelLine(options + "--seed 3"), vkernelLine(options + "--seed 4"));
    }

    @Test
    void parallelMachine_hasNoFingerprint() {
        CommandLineRun run = vkernelLine(RACERS + "--machine parallel --for 20ms");

        assertEquals(0, run.status(), run.err());
        assertEquals(15, laps(run).size(), run.out());
        assertEquals("ok: " + NOTHING_SENT + "0 bug reports, fingerprint -", run.result());
    }

    @Test
    void traceToStdout_holdsEachLineOfOutputAndIsTheSameEachTime() {
        CommandLineRun run = vkernelLine(RACERS + "--trace -");

        assertEquals(0, run.status(), run.err());
        for (String lap : laps(run)) {
            assertTrue(
                    run.outLines().stream()
                            .anyMatch(line -> line.contains("process:print") && line.endsWith(lap)),
                    "no event of " + lap);
        }
        assertTrue(run.out().contains("sched:sched_switch"), run.out());
        assertEquals(run, vkernelLine(RACERS + "--trace -"));
        assertEquals(vkernelLine(RACERS).result(), run.result());
    }

    @Test
    void traceToAFile_keepsStdoutClear() throws Exception {
        Path file = temp.resolve("the trace");

        CommandLineRun run = vkernel("run", EXAMPLE + "Racers", "--trace", file.toString());

        assertEquals(vkernelLine(RACERS), run);
        assertTrue(Files.readString(file).contains("sched:sched_switch"));
    }

    @Test
    void pcap_isReadByTshark() throws Exception {
        Path file = temp.resolve("cn_test.pcapng");

        CommandLineRun run = vkernelLine("run cn_test --for 3s --pcap " + file);

        assertEquals(vkernelLine("run cn_test --for 3s"), run);
        assertTrue(Files.size(file) > 0);
        List<String> fields =
                tshark(
                        "-r",
                        file.toString(),
                        "-T",
                        "fields",
                        "-E",
                        "separator=;",
                        "-e",
                        "frame.time_epoch",
                        "-e",
                        "netlink.family",
                        "-e",
                        "netlink.hdr_type",
                        "-e",
                        "netlink.hdr_len",
                        "-e",
                        "netlink.hdr_seq",
                        "-e",
                        "netlink.hdr_pid");
        assertEquals(
                List.of("1.024000000;0x000b;0x0003;48;0;0", "2.048000000;0x000b;0x0003;48;1;0"),
                fields);
    }

    /** The lines that tshark prints; where it is not installed, the test is skipped. */
    private static List<String> tshark(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("tshark"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
        } catch (IOException e) {
            throw new TestAbortedException("tshark is not installed");
        }
        List<String> lines =
                new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
        assertEquals(0, process.waitFor());
        return lines;
    }

    @Test
    void initFails_saysWhy() {
        CommandLineRun run = vkernelLine("run " + EXAMPLE + "NoDevice");

        assertEquals(1, run.status());
        assertEquals(1, run.errLines().size(), run.err());
        assertTrue(run.err().contains("ENODEV (no such device)"), run.err());
        assertTrue(
                run.result().startsWith("failed: " + NOTHING_SENT + "0 bug reports, "), run.out());
    }

    @Test
    void refusedModule_saysWhere() {
        CommandLineRun run = vkernelLine("run " + EXAMPLE + "ReadsHostClock");

        assertEquals(1, run.status());
        assertTrue(run.err().contains("ReadsHostClock.java:"), run.err());
        assertTrue(run.err().contains("ENOEXEC"), run.err());
        assertEquals(1, run.errLines().size(), run.err());
        assertTrue(run.result().startsWith("failed: " + NOTHING_SENT), run.out());
    }

    @Test
    void brokenRule_isReportedAndEndsTheRun() {
        CommandLineRun run = vkernelLine("run " + EXAMPLE + "SleepsWhileAtomic");

        assertEquals(1, run.status());
        assertEquals("", run.err());
        assertTrue(run.out().contains("BUG: "), run.out());
        assertTrue(run.result().contains(" 1 bug reports, "), run.result());
        assertTrue(run.result().startsWith("failed: "), run.result());
    }

    @Test
    void brokenRule_keepGoing_findsTheSecondOneToo() {
        CommandLineRun run = vkernelLine("run " + EXAMPLE + "SleepsWhileAtomic --keep-going");

        assertEquals(1, run.status());
        assertTrue(run.result().contains(" 2 bug reports, "), run.result());
    }

    @ParameterizedTest
    @ValueSource(strings = {"simulated", "parallel"})
    @Timeout(value = 1, unit = TimeUnit.MINUTES) // the scenario's own time is an hour
    void brokenRuleInAProcess_endsTheRunAtOnce(String machine) {
        CommandLineRun run =
                vkernelLine("run " + EXAMPLE + "ReportsFromAProcess --machine " + machine);

        assertEquals(1, run.status());
        assertTrue(run.out().contains("BUG: sleeping function called"), run.out());
        assertTrue(run.result().contains(" 1 bug reports, "), run.result());
    }

    @Test
    void processDies_saysOfWhat() {
        CommandLineRun run = vkernelLine("run " + EXAMPLE + "Dies");

        assertEquals(1, run.status());
        assertTrue(run.err().contains("IllegalStateException: no answer"), run.err());
        assertEquals(1, run.errLines().size(), run.err());
        assertTrue(run.result().startsWith("failed: "), run.result());
    }

    @Test
    void scenarioCannotStart_saysWhereInOneLine() {
        CommandLineRun run = vkernelLine("run " + EXAMPLE + "CannotStart");

        assertEquals(1, run.status());
        assertEquals(1, run.errLines().size(), run.err());
        assertTrue(run.err().contains("half; a scenario at CannotStart.start"), run.err());
        assertTrue(run.result().startsWith("failed: "), run.result());
    }

    @Test
    void cnTest_groupNobodyCanJoin_hintsAtAnother() {
        CommandLineRun run = vkernelLine("run cn_test --kernel 2.6.14 --for 2s");
        CommandLineRun other = vkernelLine("run cn_test --for 2s --param cn_test.idx=33");
        CommandLineRun fine =
                vkernelLine("run cn_test --kernel 2.6.14 --for 2s --param cn_test.idx=14");

        assertEquals(0, run.status(), run.err());
        assertEquals(
                List.of(
                        "vkernel: run: no socket can join group 0x123, which cn_test sends to: to"
                                + " hear it, try --param cn_test.idx=14"),
                run.errLines());
        assertTrue(other.err().contains("group 0x21"), other.err());
        assertEquals("", fine.err());
        assertTrue(fine.out().contains("[e.457]"), fine.out());
    }

    @Test
    void scenarioOfAnotherKernel_isToldToTheUser() {
        CommandLineRun run = vkernelLine("run notify --kernel 6.1");

        assertEquals(0, run.status(), run.err());
        assertTrue(run.err().contains("try --kernel 2.6.14"), run.err());
        assertEquals("", vkernelLine("run notify").err());
    }

    @Test
    void coreModulesParameters_canBeSet() {
        CommandLineRun moved = vkernelLine("run notify --param cn.cn_idx=9");

        assertEquals(0, moved.status(), moved.err());
        assertTrue(moved.out().lines().noneMatch(l -> l.endsWith(" registered")), moved.out());
    }

    @Test
    void variant_isInTheKernel_andSaidInItsLog() {
        CommandLineRun run = vkernelLine("run notify --variant CN-09 --variant CN-23");

        assertEquals(0, run.status(), run.err());
        assertTrue(run.outLines().get(0).contains("variant CN-09 ("), run.out());
        assertTrue(run.outLines().get(1).contains("variant CN-23 ("), run.out());
    }
}
