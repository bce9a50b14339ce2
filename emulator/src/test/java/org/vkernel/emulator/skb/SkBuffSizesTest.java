package org.vkernel.emulator.skb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Profile;

/**
 * Every size up to 300000 against the tables that were measured on Linux, and the arithmetic beyond
 * them. A table is the greatest size of each row and what it is charged.
 */
class SkBuffSizesTest {
    private static final int LAST = 300_000;

    /** Measured on 6.18.44, each size up to 40000 and every 8th: multicasts and kernel sends. */
    private static final int[][] ALLOC_6_18 = {
        {256, 832},
        {704, 1280},
        {1728, 2304},
        {3776, 4352},
        {7872, 8448},
        {16064, 16640},
        {32448, 33024},
        {65216, 65792},
        {130_752, 131_328},
        {261_824, 262_400},
        {523_968, 524_544},
    };

    /** Measured on 6.1.192, rmem of queued messages; the last three rows follow from the others. */
    private static final int[][] ALLOC_6_1 = {
        {192, 768},
        {704, 1280},
        {1728, 2304},
        {3776, 4352},
        {7872, 8448},
        {16064, 16640},
        {32448, 33024},
        {65216, 65792},
        {130_752, 131_328},
        {261_824, 262_400},
        {523_968, 524_544},
    };

    private static int row(int[][] table, int size) {
        for (int[] row : table) {
            if (size <= row[0]) {
                return row[1];
            }
        }
        throw new AssertionError("no row for " + size);
    }

    @Test
    void allocTruesize_everySize_isTheMeasuredRow() {
        for (int size = 0; size <= LAST; size++) {
            assertEquals(row(ALLOC_6_18, size), SkBuffSizes.allocTruesize(Profile.V6_18, size));
            assertEquals(row(ALLOC_6_18, size), SkBuffSizes.allocTruesize(Profile.V2_6_14, size));
            assertEquals(row(ALLOC_6_1, size), SkBuffSizes.allocTruesize(Profile.V6_1, size));
        }
    }

    @Test
    void sendTruesize_unicastOfEverySize_isTheMeasuredRowOrTheAlignedSize() {
        for (int size = 1; size <= LAST; size++) {
            int aligned = (size + 63) / 64 * 64;
            int large = aligned + 576;
            boolean isLarge = size > 3776;
            assertEquals(
                    isLarge ? large : row(ALLOC_6_18, size),
                    SkBuffSizes.sendTruesize(Profile.V6_18, size, false));
            assertEquals(
                    isLarge ? large : row(ALLOC_6_1, size),
                    SkBuffSizes.sendTruesize(Profile.V6_1, size, false));
            assertEquals(
                    row(ALLOC_6_18, size), SkBuffSizes.sendTruesize(Profile.V6_18, size, true));
            assertEquals(row(ALLOC_6_1, size), SkBuffSizes.sendTruesize(Profile.V6_1, size, true));
        }
    }

    @Test
    void sendTruesize_sizesBeyondTheTable_areTheMeasuredOnes() {
        assertEquals(131_328, SkBuffSizes.sendTruesize(Profile.V6_18, 130_752, true));
        assertEquals(262_400, SkBuffSizes.sendTruesize(Profile.V6_18, 130_753, true));
        assertEquals(524_544, SkBuffSizes.sendTruesize(Profile.V6_18, 261_825, true));
        assertEquals(131_328, SkBuffSizes.sendTruesize(Profile.V6_1, 65_217, true));
        assertEquals(4416, SkBuffSizes.sendTruesize(Profile.V6_1, 3777, false));
        assertEquals(5632, SkBuffSizes.sendTruesize(Profile.V6_1, 5000, false));
    }

    @Test
    void end_isTheLastSizeOfTheRow() {
        for (Profile profile : Profile.all()) {
            for (int size = 0; size <= LAST; size++) {
                int end = SkBuffSizes.end(profile, SkBuffSizes.allocDataBytes(profile, size));
                int truesize = SkBuffSizes.allocTruesize(profile, size);
                assertTrue(end >= size);
                assertEquals(truesize, SkBuffSizes.allocTruesize(profile, end));
                assertTrue(SkBuffSizes.allocTruesize(profile, end + 1) > truesize);
                assertEquals(576, truesize - end);
            }
        }
        assertEquals(256, SkBuffSizes.end(Profile.V6_18, 576));
        assertEquals(192, SkBuffSizes.end(Profile.V6_1, 512));
        assertEquals(3840, SkBuffSizes.end(Profile.V6_1, 4160));
    }

    @Test
    void defaultReceiveBuffer_holdsTheRecordedNumberOfSmallestMessages() {
        assertEquals(256, fit(Profile.V6_18));
        assertEquals(256, fit(Profile.V2_6_14));
        assertEquals(277, fit(Profile.V6_1));
    }

    private static int fit(Profile profile) {
        return profile.rmemDefault() / SkBuffSizes.allocTruesize(profile, 76);
    }

    @Test
    void allocDataBytes_greatestSizes_doNotOverflow() {
        assertEquals(1L << 31, SkBuffSizes.allocDataBytes(Profile.V6_18, Integer.MAX_VALUE - 1000));
        assertEquals(1L << 32, SkBuffSizes.allocDataBytes(Profile.V6_18, Integer.MAX_VALUE));
        assertEquals(
                (1L << 31) + 320,
                SkBuffSizes.largeUnicastDataBytes(Profile.V6_18, Integer.MAX_VALUE));
    }
}
