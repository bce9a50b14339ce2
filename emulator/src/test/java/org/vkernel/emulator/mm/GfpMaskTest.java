package org.vkernel.emulator.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class GfpMaskTest {
    private static final List<GfpMask> CONSTANTS =
            List.of(
                    GfpMask.KERNEL,
                    GfpMask.ATOMIC,
                    GfpMask.NOWAIT,
                    GfpMask.NOFS,
                    GfpMask.NOIO,
                    GfpMask.USER,
                    GfpMask.ZERO_MASK);

    @Test
    void constants_haveTheBitsOfLinux() {
        assertEquals(0xcc0, GfpMask.KERNEL.bits());
        assertEquals(0x820, GfpMask.ATOMIC.bits());
        assertEquals(0x2800, GfpMask.NOWAIT.bits());
        assertEquals(0xc40, GfpMask.NOFS.bits());
        assertEquals(0xc00, GfpMask.NOIO.bits());
        assertEquals(0x100cc0, GfpMask.USER.bits());
        assertEquals(0, GfpMask.ZERO_MASK.bits());
    }

    @Test
    void of_bitsOfAConstant_isThatVeryObject() {
        for (GfpMask mask : CONSTANTS) {
            assertSame(mask, GfpMask.of(mask.bits()));
            assertSame(mask, mask.with(GfpMask.Flag.WRITE).without(GfpMask.Flag.WRITE));
            assertSame(mask, GfpMask.parse(mask.toString()));
        }
    }

    @Test
    void allowBlocking_isDirectReclaimAlone() {
        assertTrue(GfpMask.KERNEL.allowBlocking());
        assertTrue(GfpMask.NOIO.allowBlocking());
        assertFalse(GfpMask.ATOMIC.allowBlocking());
        assertFalse(GfpMask.NOWAIT.allowBlocking());
        assertFalse(GfpMask.ZERO_MASK.allowBlocking());
        assertFalse(GfpMask.KERNEL.without(GfpMask.Flag.DIRECT_RECLAIM).allowBlocking());
        assertTrue(GfpMask.of(GfpMask.Flag.DIRECT_RECLAIM).allowBlocking());
    }

    @Test
    void testsOfSingleBits_eachSeesItsOwnBitOnly() {
        List<Integer> flags =
                List.of(
                        GfpMask.Flag.KSWAPD_RECLAIM,
                        GfpMask.Flag.HIGH,
                        GfpMask.Flag.IO,
                        GfpMask.Flag.FS,
                        GfpMask.Flag.ZERO,
                        GfpMask.Flag.NOWARN,
                        GfpMask.Flag.RETRY_MAYFAIL,
                        GfpMask.Flag.NOFAIL,
                        GfpMask.Flag.NORETRY,
                        GfpMask.Flag.MEMALLOC,
                        GfpMask.Flag.NOMEMALLOC);
        for (int i = 0; i < flags.size(); i++) {
            GfpMask mask = GfpMask.of(flags.get(i));
            List<Boolean> seen =
                    List.of(
                            mask.isKswapdReclaim(),
                            mask.isHigh(),
                            mask.isIo(),
                            mask.isFs(),
                            mask.isZero(),
                            mask.isNoWarn(),
                            mask.isRetryMayFail(),
                            mask.isNoFail(),
                            mask.isNoRetry(),
                            mask.isMemAlloc(),
                            mask.isNoMemAlloc());
            assertEquals(1, seen.stream().filter(b -> b).count(), mask::toString);
            assertTrue(seen.get(i), mask::toString);
            assertTrue(mask.has(flags.get(i)));
            assertFalse(mask.has(GfpMask.Flag.ACCOUNT | flags.get(i)));
        }
    }

    @Test
    void toString_isWhatParseReads() {
        assertEquals("GFP_KERNEL", GfpMask.KERNEL.toString());
        assertEquals("GFP_ATOMIC", GfpMask.ATOMIC.toString());
        assertEquals(
                "GFP_ATOMIC|__GFP_NOWARN", GfpMask.ATOMIC.with(GfpMask.Flag.NOWARN).toString());
        assertEquals("__GFP_KSWAPD_RECLAIM", GfpMask.of(0x800).toString());
        assertEquals("0x0", GfpMask.ZERO_MASK.toString());
        for (int bits : new int[] {0x1, 0x200, 0x2ce1, 0x7ffdff, 0x40000000 | 0xcc0}) {
            assertEquals(bits, GfpMask.parse(GfpMask.of(bits).toString()).bits());
        }
        assertEquals(GfpMask.of(0x2820), GfpMask.parse("0x820|__GFP_NOWARN"));
        assertNotEquals(GfpMask.of(0x2820), GfpMask.ATOMIC);
    }

    @Test
    void parse_unknownName_isRefusedWithThePart() {
        var e =
                assertThrows(
                        IllegalArgumentException.class, () -> GfpMask.parse("GFP_KERNEL|GFP_NONE"));
        assertTrue(String.valueOf(e.getMessage()).contains("\"GFP_NONE\""), e::getMessage);
    }
}
