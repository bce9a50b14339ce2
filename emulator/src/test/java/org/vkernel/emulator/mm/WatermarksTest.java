package org.vkernel.emulator.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatermarksTest {
    private static final int PAGES_PER_MIB = 256;

    @ParameterizedTest
    @CsvSource({"16, 512", "64, 1024", "256, 2048", "1024, 4096", "4096, 8192"})
    void minFree_growsWithTheRootOfTheMemory(int mebibytes, int expectedKib) {
        assertEquals(expectedKib, Watermarks.minFreeKib(1024L * mebibytes));
    }

    @Test
    void minFree_isClamped() {
        assertEquals(128, Watermarks.minFreeKib(512));
        assertEquals(262_144, Watermarks.minFreeKib(8L << 30));
    }

    @Test
    void marks_ofOneGibibyte() {
        assertEquals(new Watermarks(1024, 1286, 1548), Watermarks.of(1024 * PAGES_PER_MIB));
    }

    @Test
    void marks_ofLittleMemory_stepByAQuarter() {
        assertEquals(new Watermarks(16, 20, 24), Watermarks.of(16, 64));
        assertEquals(new Watermarks(32, 40, 48), Watermarks.of(PAGES_PER_MIB));
    }

    /** At how many free pages a request of one page is still refused. */
    @ParameterizedTest
    @CsvSource({
        // min, flags, most free pages that are too few
        "1024, 0, 1024",
        "1024, 1, 512",
        "1024, 3, 384",
        "1024, 2, 1024",
        "1024, 4, 512",
        "1024, 8, -1",
        "16, 0, 16",
        "16, 1, 8",
        "16, 3, 6",
        "16, 4, 8",
        "17, 1, 9",
        "17, 3, 7"
    })
    void hasEnough_byFlags(int min, int flags, int tooFew) {
        int least = 0;
        while (!Watermarks.hasEnough(least, 0, min, flags)) {
            least++;
        }
        assertEquals(tooFew + 1, least);
    }

    @Test
    void hasEnough_ofABlock_countsThePagesThatGoWithIt() {
        assertEquals(false, Watermarks.hasEnough(16 + 7, 3, 16, 0));
        assertEquals(true, Watermarks.hasEnough(16 + 8, 3, 16, 0));
    }
}
