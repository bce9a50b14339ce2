package org.vkernel.testmodules.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.testmodules.cli.CommandLineRun.vkernel;
import static org.vkernel.testmodules.cli.CommandLineRun.vkernelLine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private static final String EXAMPLE = "org.vkernel.testmodules.example.";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--versio | unknown option '--versio': expected explore, known, mutants, replay, run, script, variants; see 'vkernel --help'",
                "rnu | unknown command 'rnu' (did you mean run?): expected explore, known, mutants, replay, run, script, variants; see 'vkernel --help'",
                "help rnu | unknown command 'rnu' (did you mean run?): expected explore, known, mutants, replay, run, script, variants;"
                        + " see 'vkernel --help'",
                "run --cpus 0 | run: --cpus 0: expected a number from 1 to 64;"
                        + " see 'vkernel run --help'",
                "run --cpus 65 | run: --cpus 65: expected a number from 1 to 64;"
                        + " see 'vkernel run --help'",
                "run --cpus two | run: --cpus two: expected a number from 1 to 64;"
                        + " see 'vkernel run --help'",
                "run --cpus | run: --cpus: expected a value (N); see 'vkernel run --help'",
                "run --cpus 1 --cpus 2 | run: --cpus is given twice: expected once;"
                        + " see 'vkernel run --help'",
                "run --hz 1001 | run: --hz 1001: expected a number from 1 to 1000;"
                        + " see 'vkernel run --help'",
                "run --memory 64 | run: --memory 64: expected a size from 1M to 8G, such as 64M, 1G or"
                        + " 4096K; see 'vkernel run --help'",
                "run --memory 1023K | run: --memory 1023K: expected a size from 1M to 8G, such as 64M,"
                        + " 1G or 4096K; see 'vkernel run --help'",
                "run --memory 999999999G | run: --memory 999999999G: expected a size from 1M to 8G*",
                "run --seed 1.5 | run: --seed 1.5: expected a whole number of 64 bits;"
                        + " see 'vkernel run --help'",
                "run --for 12 | run: --for 12: expected a time such as 12s, 500ms or 2m;"
                        + " see 'vkernel run --help'",
                "run --for -1s | run: --for -1s: expected a time such as 12s, 500ms or 2m;"
                        + " see 'vkernel run --help'",
                "run --kernel 5.4 | run: --kernel 5.4: expected 2.6.14, 6.1, 6.18;"
                        + " see 'vkernel run --help'",
                "run --machine fast | run: --machine fast: expected simulated, parallel;"
                        + " see 'vkernel run --help'",
                "run --strategy dfs | run: --strategy dfs: expected random, round-robin, pct, pos;"
                        + " see 'vkernel run --help'",
                "run EXAMPLE.Racers --machine parallel --strategy random | run: --strategy: the parallel machine"
                        + " makes no choices: expected --machine simulated",
                "run --fault failslob:nth=1 | run: --fault failslob:nth=1: 'failslob': expected one of"
                        + " failslab, fail_page_alloc, fail-nth; see 'vkernel run --help'",
                "run EXAMPLE.Racers --machine parallel --jitter | run: --jitter: the parallel machine"
                        + " makes no choices: expected --machine simulated",
                "run one two | run: unexpected argument 'two': expected no more than NAME;"
                        + " see 'vkernel run --help'",
                "run --keepgoing | run: unknown option '--keepgoing' (did you mean --keep-going?);"
                        + " see 'vkernel run --help'",
                "run @file | run: unknown scenario '@file'*",
                "run --class-path /no/such x | run: --class-path /no/such: no such file or folder, or"
                        + " not readable: expected folders and jars separated by ':'",
                "run --class-path pom.xml x | run: --class-path pom.xml: neither a folder nor a jar:"
                        + " expected folders and jars separated by ':'",
                "run --trace /no/such/file EXAMPLE.Racers | run: --trace /no/such/file: cannot be"
                        + " written (NoSuchFileException): expected a file's path, or - for standard"
                        + " output",
                "run --pcap . EXAMPLE.Racers | run: --pcap .: cannot be written*",
                "run --trace . EXAMPLE.Racers | run: --trace .: cannot be written*",
                "run nothing | run: unknown scenario 'nothing': expected cn_test, kv, memhog,"
                        + " notify, procmon, register_race, softirq_load, or the full name of a Scenario's or"
                        + " KernelModule's class on"
                        + " --class-path",
                "run cntest | run: unknown scenario 'cntest' (did you mean cn_test?): expected *",
                "run --param cn_test.id=3 | run: --param cn_test.id=3: module cn_test has no"
                        + " parameter 'id' (did you mean idx?): expected idx, val",
                "run --param cn_test.idx=-1 | run: --param cn_test.idx=-1: expected a number from 0"
                        + " to 4294967295",
                "run --param cn_tset.idx=1 | run: --param cn_tset.idx=1: scenario cn_test loads no"
                        + " module 'cn_tset': expected *",
                "run no.such.Thing | run: unknown scenario 'no.such.Thing': expected *",
                "run java.lang.String | run: class java.lang.String is neither a"
                        + " org.vkernel.testmodules.scenario.Scenario nor a"
                        + " org.vkernel.emulator.module.KernelModule",
                "run org.vkernel.emulator.module.KernelModule | run: class"
                        + " org.vkernel.emulator.module.KernelModule cannot be made: expected a class"
                        + " that is not abstract, with a constructor without arguments",
                "run EXAMPLE.Broken | run: class org.vkernel.testmodules.example.Broken cannot be"
                        + " made: java.lang.IllegalStateException: not today",
                "run EXAMPLE.Racers --param times=3 | run: --param times=3:"
                        + " expected MODULE.NAME=VALUE",
                "run EXAMPLE.Racers --param greeter.times | run: --param greeter.times:"
                        + " expected MODULE.NAME=VALUE",
                "run EXAMPLE.Racers --param greter.times=3 | run: --param greter.times=3: scenario"
                        + " racers loads no module 'greter': expected greeter",
                "run EXAMPLE.Dies --param greeter.times=3 | run: --param greeter.times=3: scenario"
                        + " dies loads no module 'greeter': expected none",
                "run EXAMPLE.Racers --param greeter.time=3 | run: --param greeter.time=3: module"
                        + " greeter has no parameter 'time' (did you mean times?):"
                        + " expected times, whom",
                "run EXAMPLE.NoDevice --param no_device.x=3 | run: --param no_device.x=3: module"
                        + " no_device has no parameter 'x': expected none",
                "run --variant CN-9 | run: --variant CN-9: no such variant (did you mean CN-09?):"
                        + " expected CN-01, *",
                "run --variant CN-09 | run: --variant CN-09: changes nothing in a kernel 6.18:"
                        + " expected --kernel 2.6.14",
                "variants CN-09 nothing | variants: nothing: no such variant: expected CN-01, *",
                "run EXAMPLE.Racers --param greeter.times=x | run: --param greeter.times=x: expected"
                        + " a number from -2147483648 to 2147483647",
            })
    void wrongUsage_status2AndOneClearLine(String line, String expected) {
        CommandLineRun run = vkernelLine(line.replace("EXAMPLE.", EXAMPLE));

        assertEquals(2, run.status());
        assertEquals("", run.out());
        assertEquals(1, run.errLines().size(), run.err());
        String wanted = "vkernel: " + expected;
        String said = run.errLines().getLast();
        if (wanted.endsWith("*")) {
            String beginning = wanted.substring(0, wanted.length() - 1);
            assertTrue(said.startsWith(beginning), said);
        } else {
            assertEquals(wanted, said);
        }
    }

    @Test
    void noCommand_status2() {
        CommandLineRun run = vkernel();

        assertEquals(2, run.status());
        assertEquals("", run.out());
        assertEquals(
                List.of(
                        "vkernel: no command: expected explore, known, mutants, replay, run, script, variants; see 'vkernel --help'"),
                run.errLines());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help"})
    void help_namesEveryCommand(String word) {
        CommandLineRun run = vkernel(word);

        assertEquals(0, run.status());
        assertEquals("", run.err());
        assertTrue(run.out().contains("vkernel COMMAND"), run.out());
        assertTrue(run.out().contains("  run       Boots a kernel"), run.out());
        assertTrue(run.out().contains("  variants  Lists the bugs"), run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"run --help", "run -h", "help run", "run --cpus 3 --help"})
    void helpOfACommand_namesItsOptions(String line) {
        CommandLineRun run = vkernelLine(line);

        assertEquals(0, run.status());
        assertEquals("", run.err());
        for (String option : List.of("--kernel=", "--cpus=", "--seed=", "--for=", "--pcap=")) {
            assertTrue(run.out().contains(option), run.out());
        }
        assertTrue(run.out().contains("Built-in scenarios:"), run.out());
        assertTrue(
                run.out().lines().allMatch(text -> text.length() <= 100),
                "lines longer than a terminal: " + run.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V"})
    void version_isTheBuilds(String option) {
        CommandLineRun run = vkernel(option);

        assertEquals(0, run.status());
        assertTrue(run.out().matches("vkernel \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?\\R"), run.out());
    }

    @Test
    void stdoutCannotBeWritten_isAFailure() {
        OutputStream full =
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("no space left");
                    }
                };
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        int status =
                Main.execute(
                        new PrintStream(full, false, UTF_8),
                        new PrintStream(err, true, UTF_8),
                        "--version");

        assertEquals(1, status);
        assertEquals("vkernel: standard output could not be written", err.toString(UTF_8).strip());
    }
}
