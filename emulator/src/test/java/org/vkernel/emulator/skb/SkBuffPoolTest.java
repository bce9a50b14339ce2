package org.vkernel.emulator.skb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.testing.SlabFaults;

/** Which sk_buffs are used again, and that nobody can tell. */
class SkBuffPoolTest {
    private static SkBuff alloc(VirtualKernel kernel, int size) {
        return Objects.requireNonNull(kernel.skbs().alloc(size, GfpMask.KERNEL));
    }

    private static void unchecked(Consumer<VirtualKernel> body) {
        KernelConfig config = KernelConfig.parallel().cpus(1).checks(Check.NONE);
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            kernel.run(() -> body.accept(kernel));
            assertEquals(0, kernel.call(kernel.skbs()::live));
        }
    }

    @Test
    void alloc_everySize_hasRoom() {
        unchecked(kernel -> {
            for (int round = 0; round < 2; round++) {
                for (int size = 0; size < 70_000; size += 13) {
                    SkBuff skb = alloc(kernel, size);
                    byte[] data = new byte[size];
                    Arrays.fill(data, (byte) size);
                    skb.putData(data, 0, size);
                    byte[] read = new byte[size];
                    skb.copyToUser(read, 0, size);
                    assertArrayEquals(data, read);
                    skb.consume();
                }
            }
        });
    }

    @Test
    void freed_isTheNextOfItsSize_asNew() {
        unchecked(kernel -> {
            SkBuff first = alloc(kernel, 600);
            first.putZero(600);
            first.setPortid(7);
            first.setDstGroup(3);
            first.setCreds(1, 2, 3);
            first.setCbFlags(8);
            first.consume();
            SkBuff smaller = alloc(kernel, 100);
            assertNotSame(first, smaller);
            smaller.consume();
            SkBuff again = alloc(kernel, 700);
            assertSame(first, again);
            assertEquals(0, again.len());
            assertEquals(1, again.users());
            assertEquals(
                    List.of(0, 0, 0, 0, 0, 0),
                    List.of(
                            again.portid(),
                            again.dstGroup(),
                            again.credsPid(),
                            again.credsUid(),
                            again.credsGid(),
                            again.cbFlags()));
            assertTrue(!again.isCloned() && !again.isPfmemalloc() && again.sender() == null);
            again.consume();
        });
    }

    @Test
    void clones_shareTheirArrayUntilTheLastIsFreed() {
        unchecked(kernel -> {
            SkBuff original = alloc(kernel, 100);
            original.putData(new byte[] {1, 2, 3}, 0, 3);
            SkBuff clone = Objects.requireNonNull(original.clone(GfpMask.KERNEL));
            original.consume();
            List<SkBuff> others = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                SkBuff other = alloc(kernel, 100);
                other.putZero(100);
                others.add(other);
            }
            byte[] read = new byte[3];
            clone.copyToUser(read, 0, 3);
            assertArrayEquals(new byte[] {1, 2, 3}, read);
            clone.consume();
            others.forEach(SkBuff::consume);
        });
    }

    @Test
    void freed_isNoLongerTaken_thoughItKeepsItsMemory() {
        unchecked(kernel -> {
            List<String> before = kernel.mm().inUse();
            long objects = kernel.mm().liveObjects();
            SkBuff small = alloc(kernel, 10);
            SkBuff larger = alloc(kernel, 1000);
            SkBuff clone = Objects.requireNonNull(larger.clone(GfpMask.KERNEL));
            assertEquals(objects + 5, kernel.mm().liveObjects());
            small.consume();
            larger.consume();
            clone.consume();
            assertEquals(before, kernel.mm().inUse());
            assertEquals(objects, kernel.mm().liveObjects());
        });
    }

    @Test
    void shrinkAll_givesItsMemoryBack() {
        unchecked(kernel -> {
            kernel.mm().shrinkAll();
            int free = kernel.mm().freePages();
            List<SkBuff> many = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                SkBuff skb = alloc(kernel, i * 20);
                many.add(skb);
                many.add(Objects.requireNonNull(skb.clone(GfpMask.KERNEL)));
            }
            many.forEach(SkBuff::consume);
            assertTrue(kernel.mm().freePages() < free);
            kernel.mm().shrinkAll();
            assertEquals(free, kernel.mm().freePages());
            SkBuff again = alloc(kernel, 20);
            again.putZero(20);
            again.consume();
        });
    }

    @Test
    void expandedAndFreed_hasTheChargeOfItsMemory() {
        unchecked(kernel -> {
            SkBuff expanded = alloc(kernel, 100);
            expanded.putZero(100);
            int truesize = expanded.truesize();
            assertTrue(expanded.expandHead(0, 1000, GfpMask.KERNEL));
            expanded.consume();
            SkBuff large = alloc(kernel, 1500);
            assertSame(expanded, large);
            assertEquals(SkBuffSizes.allocTruesize(kernel.profile(), 1500), large.truesize());
            SkBuff small = alloc(kernel, 100);
            assertEquals(truesize, small.truesize());
            small.consume();
            large.consume();
        });
    }

    @Test
    void allocationsThatAreToFail_fail() {
        unchecked(kernel -> {
            alloc(kernel, 100).consume();
            kernel.mm().setFaults(SlabFaults.when((cache, bytes, gfp) -> true));
            assertNull(kernel.skbs().alloc(100, GfpMask.KERNEL));
            kernel.mm().setFaults(null);
            alloc(kernel, 100).consume();
        });
    }

    @Test
    void moreThanItKeeps_areForgotten() {
        unchecked(kernel -> {
            List<SkBuff> many = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                many.add(alloc(kernel, 10));
            }
            many.forEach(SkBuff::consume);
            for (int i = 0; i < 5_000; i++) {
                many.set(i, alloc(kernel, 10));
                many.get(i).putZero(10);
            }
            assertEquals(5_000, many.stream().distinct().count());
            many.forEach(SkBuff::consume);
        });
    }

    @Test
    void checkedKernel_usesNoneAgain() {
        KernelConfig config = KernelConfig.parallel().cpus(1);
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            kernel.run(() -> {
                SkBuff first = alloc(kernel, 100);
                first.consume();
                SkBuff second = alloc(kernel, 100);
                assertNotSame(first, second);
                second.consume();
            });
        }
    }
}
