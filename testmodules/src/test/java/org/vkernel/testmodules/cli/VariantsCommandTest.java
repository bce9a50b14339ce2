package org.vkernel.testmodules.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.testmodules.cli.CommandLineRun.vkernelLine;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.Variants;

class VariantsCommandTest {
    @Test
    void noNames_listsAllInALineEach() {
        CommandLineRun run = vkernelLine("variants");
        List<Variant> all = Variants.all();

        assertEquals(0, run.status(), run.err());
        assertEquals(all.size() + 1, run.outLines().size());
        assertEquals(all.size() + " variants", run.result());
        for (int i = 0; i < all.size(); i++) {
            assertTrue(run.outLines().get(i).startsWith(all.get(i).name() + " "), run.out());
            assertTrue(run.outLines().get(i).endsWith("  " + all.get(i).title()), run.out());
        }
    }

    @Test
    void names_tellTheirStory() {
        CommandLineRun run = vkernelLine("variants CN-23 CN-02");

        assertEquals(0, run.status(), run.err());
        assertEquals("2 variants", run.result());
        assertEquals("CN-23: a notice's match reads the wrong ranges", run.outLines().getFirst());
        assertTrue(run.out().contains("  a historical bug, of profile 2.6.14\n"), run.out());
        assertTrue(run.out().contains("  wrong: cn_notify() walks"), run.out());
        assertTrue(run.out().contains("  consequence: each datagram"), run.out());
    }
}
