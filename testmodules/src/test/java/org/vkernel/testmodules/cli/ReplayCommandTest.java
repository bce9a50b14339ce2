package org.vkernel.testmodules.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.testmodules.cli.CommandLineRun.vkernel;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.emulator.explore.ReplayToken;

class ReplayCommandTest {
    /** Whole tokens of runs that this version does not know. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "suite:traffic:6.18,2,CN-23:17:all | random | CN-23",
                "suite:traffic:6.18,2,CN-999:17:all | random | CN-999",
                "suite:traffic:6.18,0,-:17:all | random | cpus",
                "suite:nothing:6.18,2,-:17:all | random | workload",
                "cn_test | nothing | strategy",
                "cn_test+--cpus=9999 | random | --cpus 9999",
                "cn_test+--schedules=3 | random | --schedules",
            })
    void unknownRun_isATokenOfAnotherVersion(String program, String strategy, String what) {
        String token = new ReplayToken(program.replace('+', '\n'), strategy, 5, null, 1).toString();
        CommandLineRun run = vkernel("replay", token);

        assertEquals(2, run.status(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().contains("a token of another version of vkernel: "), run.err());
        assertTrue(run.err().contains(what), run.err());
    }

    @ParameterizedTest
    @CsvSource({"suite:traffic:6.18;2;-:17:all", "cn_test"})
    void otherFingerprint_isATokenOfAnotherProgram(String program) {
        String known = program.replace(';', ',');
        CommandLineRun run =
                vkernel("replay", "" + new ReplayToken(known, RandomWalk.NAME, 5, null, 1));

        assertEquals(2, run.status(), run.err());
        assertEquals("", run.out());
        assertTrue(run.err().contains("a token of another version of the program"), run.err());
    }
}
