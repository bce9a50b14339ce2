package org.vkernel.emulator.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;

class ClockTest {
    private static VirtualKernel boot(int hz) {
        return VirtualKernel.boot(KernelConfig.simulated(1).hz(hz));
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 250, 300, 1000})
    void jiffies_fiveMinutesAfterBoot_lowHalfIsZero(int hz) {
        try (VirtualKernel kernel = boot(hz)) {
            Clock clock = kernel.clock();
            assertEquals(-300 * hz, (int) clock.jiffies());
            assertEquals(0, clock.jiffies() >>> 32);
            kernel.runFor(Duration.ofNanos(300L * hz * clock.tickNs()));
            assertEquals(1L << 32, clock.jiffies());
        }
    }

    @Test
    void jiffies_hz100After12Seconds56_isWhatLinuxPrinted() {
        try (VirtualKernel kernel = boot(100)) {
            kernel.runFor(Duration.ofMillis(12_560));
            assertEquals(4294938552L, kernel.clock().jiffies());
        }
    }

    @Test
    void nsOf_jiffies_isTheTicksBegin() {
        try (VirtualKernel kernel = boot(250)) {
            Clock clock = kernel.clock();
            assertEquals(0, clock.nsOf(clock.initialJiffies()));
            assertEquals(4_000_000, clock.nsOf(clock.initialJiffies() + 1));
            assertEquals(Long.MAX_VALUE, clock.nsOf(Long.MAX_VALUE));
        }
    }

    @Test
    void conversions_hz250_roundAsLinux() {
        try (VirtualKernel kernel = boot(250)) {
            Clock clock = kernel.clock();
            assertEquals(0, clock.msecsToJiffies(0));
            assertEquals(1, clock.msecsToJiffies(1));
            assertEquals(1, clock.msecsToJiffies(4));
            assertEquals(2, clock.msecsToJiffies(5));
            assertEquals(250, clock.msecsToJiffies(1000));
            assertEquals(536870912, clock.msecsToJiffies(Integer.MAX_VALUE));
            assertEquals((Long.MAX_VALUE >> 1) - 1, clock.msecsToJiffies(-1));
            assertEquals(4000, clock.jiffiesToMsecs(1000));
            assertEquals(1, clock.usecsToJiffies(1));
            assertEquals(2, clock.usecsToJiffies(4001));
            assertEquals(0, clock.nsecsToJiffies(3_999_999));
            assertEquals(1, clock.toJiffies(Duration.ofNanos(1)));
            assertEquals(250, clock.toJiffies(Duration.ofSeconds(1)));
            assertEquals(
                    Clock.MAX_JIFFY_OFFSET, clock.toJiffies(Duration.ofSeconds(Long.MAX_VALUE)));
        }
    }

    @Test
    void comparisons_acrossTheWrap_goBySignedDifference() {
        assertTrue(Clock.timeAfter(Long.MIN_VALUE, Long.MAX_VALUE));
        assertFalse(Clock.timeAfter(5, 5));
        assertTrue(Clock.timeAfterEq(5, 5));
        assertTrue(Clock.timeBefore(Long.MAX_VALUE, Long.MIN_VALUE));
    }
}
