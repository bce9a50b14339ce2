package org.vkernel.testmodules.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.testmodules.cli.CommandLineRun.vkernelLine;

import org.junit.jupiter.api.Test;

class MutantsCommandTest {
    @Test
    void bugThatAnyMessageShows_isFoundWithItsToken() {
        CommandLineRun run = vkernelLine("mutants CN-01 --schedules 3");

        assertEquals(0, run.status(), run.out());
        assertEquals("1 of 1 found, 0 false alarms", run.result());
        assertTrue(run.outLines().getFirst().startsWith("CN-01   found in "), run.out());
        assertTrue(run.outLines().get(1).startsWith("        vkernel replay "), run.out());
        assertTrue(run.err().contains("30 schedules of the unchanged code"), run.err());
    }

    /** Its token repeats that one run, with its plan and its trace. */
    @Test
    void finding_isRepeatedByItsToken() {
        CommandLineRun hunt = vkernelLine("mutants CN-23 --schedules 200");
        String command = hunt.outLines().get(1).strip();
        assertTrue(command.startsWith("vkernel replay "), hunt.out());
        String failure = hunt.outLines().getFirst().split(": ", 2)[1];

        CommandLineRun replay = vkernelLine(command.substring("vkernel ".length()));

        assertEquals(1, replay.status(), replay.err());
        assertTrue(replay.err().contains(failure), replay.err());
        assertTrue(replay.outLines().getFirst().startsWith("the plan, on 2.6.14,"), replay.out());
        assertTrue(replay.outLines().size() > 100, replay.out());
        assertTrue(replay.result().startsWith("failed: "), replay.result());
        assertTrue(replay.result().contains(" 0 bug reports, fingerprint "), replay.result());
    }

    @Test
    void repair_isNoMutant() {
        CommandLineRun run = vkernelLine("mutants CN-19");

        assertEquals(2, run.status());
        assertTrue(run.err().contains("CN-19: a repair"), run.err());
    }
}
