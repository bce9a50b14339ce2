package org.vkernel.emulator.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.emulator.trace.ColumnTrace;

class NarratorTest {
    /** Lets time pass early at one question in ten, and others go on at the rest. */
    private static final class Impatient implements Strategy {
        private int questions;

        @Override
        public String name() {
            return "impatient";
        }

        @Override
        public int choose(ChoiceKind kind, int count, Alternatives view) {
            if (kind != ChoiceKind.POINT || ++questions % 10 != 0) {
                return count > 2 ? 1 : 0;
            }
            return view.task(count - 1) == null ? count - 1 : 0;
        }
    }

    @Test
    void eachStop_saysWhatComesInstead() {
        ColumnTrace columns = ColumnTrace.ofAll(2);
        KernelConfig config =
                KernelConfig.simulated(1)
                        .jitter(true)
                        .strategy(seed -> new Narrator(new Impatient(), columns));
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            for (int i = 0; i < 3; i++) {
                kernel.spawn(
                        "sleeper",
                        process -> {
                            for (int k = 0; k < 5; k++) {
                                process.sleep(Duration.ofMillis(1));
                            }
                        });
            }
            kernel.runFor(Duration.ofMillis(20));
        }
        String picture = String.join(" ", columns.lines()).replaceAll("[\\s|]+", " ");
        assertTrue(picture.contains(": time passes"), picture);
        assertTrue(picture.contains(": on goes sleeper["), picture);
        assertFalse(picture.contains("null"), picture);
        assertEquals("impatient", new Narrator(new Impatient(), columns).name());
    }
}
