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
        assertTrue(run.outLines().get(1).startsWith("        token: "), run.out());
        assertTrue(run.err().contains("30 schedules of the unchanged code"), run.err());
    }

    @Test
    void repair_isNoMutant() {
        CommandLineRun run = vkernelLine("mutants CN-19");

        assertEquals(2, run.status());
        assertTrue(run.err().contains("CN-19: a repair"), run.err());
    }
}
