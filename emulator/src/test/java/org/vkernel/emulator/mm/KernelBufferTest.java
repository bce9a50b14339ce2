package org.vkernel.emulator.mm;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.skb.SkBuff;

class KernelBufferTest {
    private static final KernelConfig CONFIG = KernelConfig.simulated(1).keepGoing(true);

    /** The rules that {@code body} breaks, in a kernel that goes on. */
    private static List<String> broken(KernelConfig config, Consumer<VirtualKernel> body) {
        VirtualKernel kernel = VirtualKernel.boot(config);
        kernel.run(() -> body.accept(kernel));
        kernel.shutdown();
        return kernel.reports().stream().map(BugReport::rule).toList();
    }

    private static KernelBuffer alloc(VirtualKernel kernel, int bytes, GfpMask gfp) {
        boolean checks = kernel.config().has(Check.MEMORY);
        return requireNonNull(
                KernelBuffer.alloc(
                        kernel.mm(), kernel.sched(), bytes, gfp, checks ? kernel::report : null));
    }

    @Test
    void numbers_anyOffset_areLittleEndian() {
        assertEquals(
                List.of(),
                broken(
                        CONFIG,
                        kernel -> {
                            KernelBuffer buffer = alloc(kernel, 17, GfpMask.KERNEL);
                            buffer.putU64(1, 0x1122334455667788L);
                            buffer.putU32(9, 0xa1b2c3d4);
                            buffer.putU16(13, 0xbeef);
                            buffer.putU8(16, 0x1ff);
                            assertEquals(0x1122334455667788L, buffer.getU64(1));
                            assertEquals(0x88, buffer.getU8(1));
                            assertEquals(0xa1b2c3d4, buffer.getU32(9));
                            assertEquals(0xbeef, buffer.getU16(13));
                            assertEquals(0xff, buffer.getU8(16));
                            buffer.fill(0, 4, 7);
                            assertArrayEquals(new byte[] {7, 7, 7, 7}, buffer.toByteArray(0, 4));
                            buffer.free(kernel.mm());
                        }));
    }

    @Test
    void fresh_isPoisonUnlessZeroed_andPoisonAgainOnceFreed() {
        List<String> rules =
                broken(
                        CONFIG,
                        kernel -> {
                            KernelBuffer buffer = alloc(kernel, 8, GfpMask.KERNEL);
                            assertEquals(0x5a5a5a5a, buffer.getU32(0));
                            buffer.free(kernel.mm());
                            assertEquals(0xa56b6b6b_6b6b6b6bL, buffer.getU64(0));
                            KernelBuffer zeroed =
                                    alloc(kernel, 8, GfpMask.KERNEL.with(GfpMask.Flag.ZERO));
                            assertEquals(0, zeroed.getU64(0));
                            zeroed.free(kernel.mm());
                        });
        assertEquals(List.of("use after free"), rules);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 5, 8, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void outside_isReported_andMeetsTheRedZone(int offset) {
        List<String> rules =
                broken(
                        CONFIG,
                        kernel -> {
                            KernelBuffer buffer = alloc(kernel, 8, GfpMask.KERNEL);
                            buffer.fill(0, 8, 1);
                            buffer.putU32(offset, 0);
                            assertTrue(Integer.toHexString(buffer.getU32(offset)).contains("cc"));
                            buffer.free(kernel.mm());
                        });
        assertEquals(List.of("out-of-bounds write", "out-of-bounds read"), rules);
    }

    @Test
    void copies_carryWhatNobodyWrote() {
        List<String> rules =
                broken(
                        CONFIG,
                        kernel -> {
                            KernelBuffer from = alloc(kernel, 16, GfpMask.KERNEL);
                            KernelBuffer to =
                                    alloc(kernel, 16, GfpMask.KERNEL.with(GfpMask.Flag.ZERO));
                            from.putU32(4, 1);
                            to.copyFrom(0, from, 0, 8);
                            assertEquals(4, to.toByteArray(4, 4).length);
                            assertEquals(List.of(), kernel.reports());
                            SkBuff skb = requireNonNull(kernel.skbs().alloc(64, GfpMask.KERNEL));
                            skb.putData(to, 4, 12);
                            skb.copyToUser(new byte[12], 0, 12);
                            assertEquals(List.of(), kernel.reports());
                            skb.putData(to, 0, 8);
                            skb.copyToUser(new byte[20], 0, 20);
                            var _ = to.toByteArray(0, 8);
                            skb.consume();
                            from.free(kernel.mm());
                            to.free(kernel.mm());
                        });
        assertEquals(
                List.of("uninitialised bytes copied out", "uninitialised bytes copied out"), rules);
    }

    @Test
    void unchecked_nothingIsReported() {
        assertEquals(
                List.of(),
                broken(
                        CONFIG.checks(Set.of(Check.LEAKS)),
                        kernel -> {
                            KernelBuffer buffer = alloc(kernel, 8, GfpMask.KERNEL);
                            buffer.putU32(6, 1);
                            assertEquals(8, buffer.toByteArray(0, 8).length);
                            buffer.free(kernel.mm());
                            assertEquals(0, buffer.getU32(0));
                        }));
    }

    @Test
    void alloc_noMemory_isNull() {
        broken(
                CONFIG,
                kernel ->
                        assertNull(
                                KernelBuffer.alloc(
                                        kernel.mm(),
                                        kernel.sched(),
                                        Memory.KMALLOC_MAX_BYTES + 1,
                                        GfpMask.KERNEL.with(GfpMask.Flag.NOWARN),
                                        null)));
    }
}
