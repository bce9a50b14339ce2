package org.vkernel.testmodules.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.testmodules.cli.CommandLineRun.vkernelLine;

import java.util.List;
import org.junit.jupiter.api.Test;

class KnownCommandTest {
    @Test
    void withoutNames_listsAll_sortedAndOnce() {
        CommandLineRun run = vkernelLine("known");

        assertEquals(0, run.status(), run.err());
        List<String> rows = run.outLines().subList(0, run.outLines().size() - 1);
        assertEquals(rows.stream().sorted().toList(), rows);
        List<String> names = rows.stream().map(row -> row.substring(0, 7).strip()).toList();
        assertEquals(names.stream().distinct().toList(), names);
        assertTrue(names.contains("CN-15") && names.contains("CN-18"), run.out());
        assertEquals(rows.size() + " known", run.result());
    }

    /** Its token repeats the run that is shown. */
    @Test
    void named_isFoundAndShown_withItsToken() {
        CommandLineRun run = vkernelLine("known CN-19");

        assertEquals(0, run.status(), run.out());
        assertEquals("1 of 1 found", run.result());
        assertTrue(run.outLines().getFirst().startsWith("CN-19: cn_netlink_send()"), run.out());
        assertTrue(run.out().contains("the port that is named is left out"), run.out());
        assertTrue(run.out().contains("CPU0"), run.out());
        String command =
                run.outLines().stream()
                        .filter(line -> line.startsWith("  to repeat it: vkernel "))
                        .map(line -> line.substring("  to repeat it: vkernel ".length()))
                        .map(line -> line.substring(0, line.indexOf(',')))
                        .findFirst()
                        .orElseThrow();

        CommandLineRun replay = vkernelLine(command);
        assertEquals(1, replay.status(), replay.err());
        assertTrue(replay.err().contains("the port that is named is left out"), replay.err());
    }

    @Test
    void notMetInTheSchedules_isStatusOne() {
        CommandLineRun run = vkernelLine("known CN-18 --schedules 1");

        assertEquals(1, run.status());
        assertTrue(run.out().contains("  not found in 1 schedules"), run.out());
        assertEquals("0 of 1 found", run.result());
    }

    @Test
    void wrongName_isToldTheRightOne() {
        CommandLineRun run = vkernelLine("known CN-1");

        assertEquals(2, run.status());
        assertEquals("", run.out());
        assertTrue(run.err().contains("CN-1: no such example (did you mean CN-1"), run.err());
    }
}
