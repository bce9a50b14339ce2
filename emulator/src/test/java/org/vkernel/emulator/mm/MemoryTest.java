package org.vkernel.emulator.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.testing.SlabFaults;

class MemoryTest {
    @Test
    void kmalloc_everySize_isCountedInTheSmallestCacheThatFits() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            Memory mm = kernel.mm();
            kernel.run(() -> {
                List<String> before = mm.inUse();
                for (int bytes = 1; bytes <= 9000; bytes++) {
                    int object = mm.kmalloc(bytes, GfpMask.KERNEL);
                    List<String> now = new ArrayList<>(mm.inUse());
                    now.removeAll(before);
                    assertEquals(
                            List.of(expectedCache(bytes) + ": 1 object"), now, "bytes: " + bytes);
                    mm.kfree(object);
                }
                assertEquals(before, mm.inUse());
            });
        }
    }

    private static String expectedCache(int bytes) {
        int[] classes = {8, 16, 32, 64, 96, 128, 192, 256, 512};
        for (int size : classes) {
            if (bytes <= size) {
                return "kmalloc-" + size;
            }
        }
        int kib = 1;
        while (kib * 1024 < bytes) {
            kib *= 2;
        }
        return kib > 8 ? "pages" : "kmalloc-" + kib + "k";
    }

    @Test
    void kmalloc_moreThanTheGreatestBlock_fails() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.run(() -> {
                assertEquals(0, kernel.mm().kmalloc(Memory.KMALLOC_MAX_BYTES + 1, GfpMask.KERNEL));
                int object = kernel.mm().kmalloc(Memory.KMALLOC_MAX_BYTES, GfpMask.KERNEL);
                assertNotEquals(0, object);
                kernel.mm().kfree(object);
            });
        }
    }

    @Test
    void faults_secondAllocation_failsAndIsNotCounted() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            Memory mm = kernel.mm();
            int[] asked = {0};
            mm.setFaults(SlabFaults.when((cache, bytes, gfp) -> ++asked[0] == 2));
            kernel.run(() -> {
                long before = mm.liveObjects();
                int first = mm.kmalloc(100, GfpMask.ATOMIC);
                assertEquals(0, mm.kmalloc(100, GfpMask.ATOMIC));
                int third = mm.kmalloc(100, GfpMask.ATOMIC.with(GfpMask.Flag.NOFAIL));
                assertEquals(before + 2, mm.liveObjects());
                mm.kfree(first);
                mm.kfree(third);
            });
            assertEquals(2, asked[0], "an allocation that must not fail is not asked about");
        }
    }

    @Test
    void gfpKernel_underASpinlock_isReported() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        assertThrows(
                KernelFailedException.class,
                () ->
                        kernel.run(() -> {
                            SpinLock lock = new SpinLock(kernel.sched(), "l");
                            lock.lock();
                            var _ = kernel.mm().kmalloc(8, GfpMask.KERNEL);
                        }));
        assertEquals(
                "sleeping function called from invalid context",
                kernel.reports().getFirst().rule());
        kernel.shutdown();
    }

    @Test
    void shutdown_objectLeft_isReportedByCache() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        assertNotEquals(0, kernel.call(() -> kernel.mm().kmalloc(512, GfpMask.KERNEL)));
        KernelFailedException failure = assertThrows(KernelFailedException.class, kernel::close);
        assertTrue(failure.getMessage().contains("memory leak"), failure.getMessage());
        assertTrue(failure.getMessage().contains("kmalloc-512: 1 object"), failure.getMessage());
    }
}
