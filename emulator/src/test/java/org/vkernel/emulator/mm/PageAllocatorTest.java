package org.vkernel.emulator.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.mm.GfpMask.Flag;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.trace.TraceEvent;

class PageAllocatorTest {
    private static final GfpMask QUIET_KERNEL = GfpMask.KERNEL.with(Flag.NORETRY | Flag.NOWARN);

    /** At how many free pages of 1 GiB (marks at 1024, 1286, 1548) each mask is refused a page. */
    @ParameterizedTest
    @CsvSource({
        "GFP_KERNEL|__GFP_NORETRY, 1024",
        "GFP_KERNEL|__GFP_NORETRY|__GFP_HIGH, 512",
        "GFP_NOWAIT, 1024",
        "GFP_ATOMIC, 384",
        "GFP_ATOMIC|__GFP_NOMEMALLOC, 512",
        "GFP_KERNEL|__GFP_NORETRY|__GFP_MEMALLOC, 0",
        "GFP_KERNEL|__GFP_NORETRY|__GFP_MEMALLOC|__GFP_NOMEMALLOC, 1024",
        "0x0, 1024",
        "__GFP_HIGH, 384"
    })
    void oneGibibyte_eachMask_failsAtItsMark(String mask, int tooFew) {
        GfpMask gfp = GfpMask.parse(mask).with(Flag.NOWARN);
        try (PressuredKernel pressed = new PressuredKernel(KernelConfig.simulated(1))) {
            pressed.kernel.run(() -> {
                assertEquals(262_144, pressed.mm.managedPages());
                pressed.leaveFree(tooFew + 1);
                assertTrue(pressed.canTake(gfp), "one page more");
                pressed.leaveFree(tooFew);
                assertFalse(pressed.canTake(gfp));
            });
        }
    }

    @Test
    void taskThatFreesMemory_takesAnyPage_butNotInASoftirq() {
        try (PressuredKernel pressed = PressuredKernel.smallest()) {
            pressed.kernel.run(() -> {
                Task self = pressed.kernel.sched().current();
                pressed.leaveFree(1);
                assertFalse(pressed.canTake(QUIET_KERNEL));
                self.setFlags(Task.PF_MEMALLOC);
                assertTrue(pressed.canTake(QUIET_KERNEL));
                self.preemptCountAdd(0x100);
                assertFalse(pressed.canTake(GfpMask.NOWAIT));
                self.preemptCountSub(0x100);
                self.clearFlags(Task.PF_MEMALLOC);
            });
        }
    }

    @Test
    void costlyOrder_noBlock_failsWithoutKilling() {
        try (PressuredKernel pressed = PressuredKernel.smallest()) {
            pressed.kernel.run(() -> {
                pressed.leaveFree(36);
                assertFalse(pressed.canTake(4, GfpMask.KERNEL));
                assertFalse(pressed.canTake(4, GfpMask.KERNEL.with(Flag.RETRY_MAYFAIL)));
            });
            assertFalse(pressed.logged("oom-killer"));
        }
    }

    @Test
    void retryMayFail_nothingToReclaim_failsWithoutKilling() {
        try (PressuredKernel pressed = PressuredKernel.smallest()) {
            pressed.kernel.run(() -> {
                pressed.leaveFree(20);
                assertFalse(pressed.canTake(GfpMask.KERNEL.with(Flag.RETRY_MAYFAIL)));
            });
            assertFalse(pressed.logged("oom-killer"));
            assertTrue(pressed.logged("init: page allocation failure: order:0, mode:0x4cc0"));
        }
    }

    @Test
    void block_underASpinlock_thatMaySleep_isReported() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        assertThrows(
                KernelFailedException.class,
                () ->
                        kernel.run(() -> {
                            new SpinLock(kernel.sched(), "l").lock();
                            var _ =
                                    kernel.mm()
                                            .allocPages(kernel.sched().current(), 0, GfpMask.NOIO);
                        }));
        assertEquals(
                "sleeping function called from invalid context",
                kernel.reports().getFirst().rule());
        kernel.shutdown();
    }

    @Test
    void faults_pages_areAskedForEachBlock_butNotForNofail() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            List<Integer> orders = new ArrayList<>();
            kernel.mm()
                    .setFaults(
                            new FaultInjector() {
                                @Override
                                public boolean failSlab(
                                        Task running, String cache, long bytes, GfpMask gfp) {
                                    return false;
                                }

                                @Override
                                public boolean failPages(Task running, int order, GfpMask gfp) {
                                    orders.add(order);
                                    return true;
                                }
                            });
            kernel.run(() -> {
                Memory mm = kernel.mm();
                assertEquals(0, mm.kmalloc(20_000, GfpMask.KERNEL));
                assertEquals(0, mm.kmalloc(3000, GfpMask.KERNEL));
                int object = mm.kmalloc(20_000, GfpMask.KERNEL.with(Flag.NOFAIL));
                assertNotEquals(0, object);
                mm.kfree(object);
            });
            assertEquals(List.of(3, 0), orders);
        }
    }

    // ---- Reclaim -----------------------------------------------------------------------------

    private static PressuredKernel withCache() {
        return new PressuredKernel(KernelConfig.simulated(1).memory(1 << 20).pageCache(400 << 10));
    }

    @Test
    void directReclaim_takesPagesOfFilesBack_andNobodyIsKilled() {
        try (PressuredKernel pressed = withCache()) {
            assertEquals(100, pressed.mm.pageCache().pages());
            GfpMask direct = GfpMask.of(Flag.DIRECT_RECLAIM | Flag.IO | Flag.FS);
            pressed.kernel.run(() -> {
                pressed.leaveFree(33);
                assertTrue(pressed.canTake(direct));
                assertEquals(100, pressed.mm.pageCache().pages(), "above min nothing is reclaimed");
                pressed.leaveFree(32);
                assertTrue(pressed.canTake(direct));
                assertEquals(100 - Reclaim.CLUSTER, pressed.mm.pageCache().pages());
                assertEquals(32 + Reclaim.CLUSTER, pressed.mm.freePages());
            });
        }
    }

    @Test
    void kswapd_isWokenBelowLow_andStopsAboveHigh() {
        try (PressuredKernel pressed = withCache()) {
            pressed.kernel.run(() -> {
                pressed.leaveFree(41);
                assertTrue(pressed.canTake(GfpMask.ATOMIC));
            });
            pressed.kernel.runFor(Duration.ofMillis(1));
            assertEquals(41, pressed.mm.freePages(), "above low nobody is woken");
            pressed.kernel.run(() -> {
                pressed.leaveFree(40);
                assertTrue(pressed.canTake(GfpMask.ATOMIC.without(Flag.KSWAPD_RECLAIM)));
            });
            pressed.kernel.runFor(Duration.ofMillis(1));
            assertEquals(40, pressed.mm.freePages(), "only with the bit is it woken");
            pressed.kernel.run(() -> assertTrue(pressed.canTake(GfpMask.ATOMIC)));
            pressed.kernel.runFor(Duration.ofMillis(1));
            assertEquals(40 + Reclaim.CLUSTER, pressed.mm.freePages(), "above 48 it sleeps");
        }
    }

    @Test
    void kswapd_ofAKernelThatNeverRunsLow_doesNotExist() {
        List<String> commands = new ArrayList<>();
        KernelConfig config =
                KernelConfig.simulated(1).trace(event -> commands.add(command(event)));
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            kernel.run(() -> kernel.mm().kfree(kernel.mm().kmalloc(4096, GfpMask.KERNEL)));
            kernel.runFor(Duration.ofSeconds(1));
        }
        assertFalse(commands.contains("kswapd0"));
    }

    private static String command(TraceEvent event) {
        return event.comm();
    }

    @Test
    void readPages_moreThanTheMemory_pushesOutTheOldest() {
        try (PressuredKernel pressed = PressuredKernel.smallest()) {
            int[] read = {0};
            pressed.kernel.join(
                    pressed.kernel.spawn("cat", process -> read[0] = process.readPages(1000)));
            assertEquals(1000, read[0]);
            assertTrue(pressed.mm.pageCache().pages() > 100);
            assertTrue(pressed.mm.freePages() >= pressed.mm.watermarks().min());
        }
    }

    // ---- What the log says ---------------------------------------------------------------------

    @Test
    void failure_isLoggedOnce_withMaskAndMarks() {
        try (PressuredKernel pressed = PressuredKernel.smallest()) {
            pressed.kernel.run(() -> {
                pressed.leaveFree(12);
                assertFalse(pressed.canTake(GfpMask.ATOMIC));
                assertFalse(pressed.canTake(GfpMask.ATOMIC));
            });
            assertEquals(
                    1,
                    pressed.countLogged(
                            "init: page allocation failure: order:0, mode:0x820(GFP_ATOMIC),"
                                    + " nodemask=(null)"));
            assertTrue(pressed.logged("free:48kB min:128kB low:160kB high:192kB managed:1024kB"));
            assertTrue(pressed.logged("Node 0 Normal: "));
        }
    }

    @Test
    void failure_ofACache_namesIt() {
        try (PressuredKernel pressed = PressuredKernel.smallest()) {
            pressed.kernel.run(() -> {
                pressed.leaveFree(12);
                while (pressed.mm.kmalloc(96, GfpMask.ATOMIC.with(Flag.NOWARN)) != 0) {}
                assertFalse(pressed.logged("SLUB"));
                assertEquals(0, pressed.mm.kmalloc(90, GfpMask.ATOMIC));
            });
            assertTrue(
                    pressed.logged(
                            "SLUB: Unable to allocate memory on CPU 0 (of node 0) on node -1,"
                                    + " gfp=0x820(GFP_ATOMIC)"));
            assertTrue(pressed.logged("cache: kmalloc-96, object size: 96"));
            pressed.kernel.powerOff();
        }
    }

    @Test
    void procFiles_tellWhereTheMemoryIs() {
        try (PressuredKernel pressed = withCache()) {
            String meminfo = pressed.kernel.readProc("/proc/meminfo");
            assertTrue(meminfo.startsWith("MemTotal:           1024 kB\nMemFree: "), meminfo);
            assertTrue(meminfo.contains("Cached:              400 kB\n"), meminfo);
            String buddyinfo = pressed.kernel.readProc("/proc/buddyinfo");
            assertTrue(buddyinfo.matches("Node 0, zone   Normal ( +\\d+ ){11}\n"), buddyinfo);
            int pages = 0;
            String[] counts = buddyinfo.substring(22).trim().split(" +", -1);
            for (int order = 0; order < counts.length; order++) {
                pages += Integer.parseInt(counts[order]) << order;
            }
            assertEquals(pressed.mm.freePages(), pages);
            String slabinfo = pressed.kernel.readProc("/proc/slabinfo");
            assertTrue(slabinfo.startsWith("slabinfo - version: 2.1\n# name  "), slabinfo);
            assertTrue(slabinfo.contains("\nskbuff_head_cache "), slabinfo);
        }
    }
}
