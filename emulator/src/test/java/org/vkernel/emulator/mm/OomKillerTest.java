package org.vkernel.emulator.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask.Flag;
import org.vkernel.emulator.process.UserProcess;

class OomKillerTest {
    private static final Duration LONG = Duration.ofDays(1);

    private static UserProcess holder(VirtualKernel kernel, String name, int pages) {
        return kernel.spawn(
                name,
                process -> {
                    process.touchPages(pages);
                    process.sleep(LONG);
                });
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void memoryIsOut_theFattestIsKilled_andTheRequestIsMet(long seed) {
        try (PressuredKernel pressed =
                new PressuredKernel(KernelConfig.simulated(seed).memory(1 << 20))) {
            UserProcess thin = holder(pressed.kernel, "thin", 10);
            UserProcess fat = holder(pressed.kernel, "fat", 60);
            UserProcess thick = holder(pressed.kernel, "thick", 30);
            pressed.kernel.runFor(Duration.ofMillis(1));
            assertEquals(60, fat.pages().count());
            pressed.kernel.run(() -> {
                pressed.leaveFree(32);
                assertTrue(pressed.canTake(GfpMask.KERNEL));
            });
            pressed.kernel.runFor(Duration.ofMillis(1));
            assertTrue(fat.isDead());
            assertEquals(UserProcess.SIGKILL, fat.exitCode());
            assertFalse(thin.isDead());
            assertFalse(thick.isDead());
            assertTrue(
                    pressed.logged(
                            "init invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0,"
                                    + " oom_score_adj=0"));
            assertTrue(
                    pressed.logged(
                            "Out of memory: Killed process "
                                    + fat.tgid()
                                    + " (fat) anon-rss:240kB, UID:0 oom_score_adj:0"));
        }
    }

    @Test
    void hog_thatTouchesMoreThanThereIs_isKilledItself() {
        try (PressuredKernel pressed = PressuredKernel.smallest()) {
            UserProcess hog = pressed.kernel.spawn("hog", process -> process.touchPages(1000));
            pressed.kernel.join(hog);
            assertEquals(UserProcess.SIGKILL, hog.exitCode());
            assertEquals(0, hog.pages().count());
            assertTrue(
                    pressed.logged(
                            "hog invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|"));
        }
    }

    @Test
    void hog_onTheParallelMachine_isKilled() {
        try (PressuredKernel pressed =
                new PressuredKernel(KernelConfig.parallel().cpus(2).memory(1 << 20))) {
            UserProcess hog = pressed.kernel.spawn("hog", process -> process.touchPages(1000));
            pressed.kernel.join(hog);
            assertEquals(UserProcess.SIGKILL, hog.exitCode());
        }
    }

    @Test
    void releasedPages_canBeHadAgain() {
        try (PressuredKernel pressed = PressuredKernel.smallest()) {
            pressed.kernel.run(pressed.mm::shrinkAll);
            int before = pressed.mm.freePages();
            UserProcess process =
                    pressed.kernel.spawn(
                            "process",
                            self -> {
                                for (int i = 0; i < 20; i++) {
                                    self.touchPages(150);
                                    self.releasePages(149);
                                    self.releasePages(1000);
                                }
                                self.touchPages(5);
                                self.exec("/bin/true");
                                assertEquals(0, self.pages().count());
                                self.touchPages(3);
                            });
            pressed.kernel.join(process);
            assertEquals(0, process.exitCode());
            pressed.kernel.run(pressed.mm::shrinkAll);
            assertEquals(before, pressed.mm.freePages());
        }
    }

    @Test
    void nothingToKill_isAPanic() {
        PressuredKernel pressed = PressuredKernel.smallest();
        assertThrows(
                KernelFailedException.class,
                () ->
                        pressed.kernel.run(() -> {
                            pressed.leaveFree(32);
                            var _ = pressed.canTake(GfpMask.KERNEL);
                        }));
        assertEquals(
                "Kernel panic - not syncing: System is deadlocked on memory",
                pressed.kernel.reports().getFirst().rule());
        assertTrue(pressed.logged("Out of memory and no killable processes..."));
        assertTrue(pressed.kernel.hasEnded());
        pressed.kernel.shutdown();
    }

    @Test
    void victimThatCannotEnd_isReaped_andAnotherIsKilled() {
        try (PressuredKernel pressed = PressuredKernel.smallest()) {
            UserProcess stuck =
                    pressed.kernel.spawn(
                            "stuck",
                            process -> {
                                process.touchPages(60);
                                process.kernel()
                                        .run(() -> process.kernel().timers().msleep(10_000));
                            });
            pressed.kernel.runFor(Duration.ofMillis(1));
            pressed.kernel.run(() -> {
                pressed.leaveFree(32);
                assertTrue(pressed.canTake(GfpMask.KERNEL));
            });
            assertFalse(stuck.isDead());
            assertEquals(0, stuck.pages().count());
            assertTrue(pressed.logged("oom_reaper: reaped process " + stuck.tgid() + " (stuck)"));
            pressed.kernel.runFor(Duration.ofSeconds(10));
            assertEquals(UserProcess.SIGKILL, stuck.exitCode());
        }
    }

    @Test
    void nofail_waitsUntilThereIsMemory() {
        try (PressuredKernel pressed = PressuredKernel.smallest()) {
            UserProcess late =
                    pressed.kernel.spawn(
                            "late",
                            process -> {
                                process.touchPages(64);
                                process.sleep(Duration.ofMillis(100));
                                process.releasePages(64);
                                process.sleep(LONG);
                            });
            pressed.kernel.runFor(Duration.ofMillis(1));
            pressed.kernel.run(() -> {
                pressed.leaveFree(4);
                GfpMask never = GfpMask.KERNEL.with(Flag.NOFAIL | Flag.RETRY_MAYFAIL);
                int object = pressed.mm.allocPages(pressed.kernel.sched().current(), 0, never);
                assertNotEquals(0, object);
                pressed.mm.kfree(object);
            });
            assertFalse(late.isDead());
            assertTrue(pressed.kernel.clock().ns() >= 100_000_000);
        }
    }

    @Test
    void nofail_killsRatherThanFails() {
        try (PressuredKernel pressed = PressuredKernel.smallest()) {
            UserProcess fat = holder(pressed.kernel, "fat", 60);
            pressed.kernel.runFor(Duration.ofMillis(1));
            pressed.kernel.run(() -> {
                pressed.leaveFree(0);
                int object = pressed.mm.kmalloc(64, GfpMask.KERNEL.with(Flag.NOFAIL));
                assertNotEquals(0, object);
                pressed.mm.kfree(object);
            });
            pressed.kernel.runFor(Duration.ofMillis(1));
            assertTrue(fat.isDead());
        }
    }

    @Test
    void noFs_killsNobody() {
        try (PressuredKernel pressed = PressuredKernel.smallest()) {
            UserProcess late =
                    pressed.kernel.spawn(
                            "late",
                            process -> {
                                process.touchPages(60);
                                process.sleep(Duration.ofMillis(50));
                            });
            pressed.kernel.runFor(Duration.ofMillis(1));
            pressed.kernel.run(() -> {
                pressed.leaveFree(32);
                assertTrue(pressed.canTake(GfpMask.NOFS));
            });
            pressed.kernel.join(late);
            assertEquals(0, late.exitCode());
            assertFalse(pressed.logged("Killed process"));
        }
    }
}
