package org.vkernel.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.mm.GfpMask;

class ProfileTest {
    @Test
    void of_eachName_isThatProfile() {
        for (Profile profile : Profile.all()) {
            assertSame(profile, Profile.of(profile.name()));
            assertEquals(profile.name(), profile.toString());
        }
        assertEquals(List.of(Profile.V2_6_14, Profile.V6_1, Profile.V6_18), Profile.all());
        assertSame(Profile.V6_18, Profile.DEFAULT);
    }

    @Test
    void of_unknownName_isRefusedNamingTheProfiles() {
        for (String name : List.of("", "6", "6.18.44", "5.10", "6.1 ")) {
            var e = assertThrows(IllegalArgumentException.class, () -> Profile.of(name));
            assertEquals(
                    "no profile \"" + name + "\"; expected one of 2.6.14, 6.1, 6.18",
                    e.getMessage());
        }
    }

    @Test
    void forKernelRelease_firstNumbers_decide() {
        assertSame(Profile.V6_18, Profile.forKernelRelease("6.18.44"));
        assertSame(Profile.V6_18, Profile.forKernelRelease("6.18.44-generic"));
        assertSame(Profile.V6_18, Profile.forKernelRelease("6.18"));
        assertSame(Profile.V6_18, Profile.forKernelRelease("6.18-rc3"));
        assertSame(Profile.V6_1, Profile.forKernelRelease("6.1.192"));
        assertSame(Profile.V2_6_14, Profile.forKernelRelease("2.6.14.7"));
        for (String release : List.of("6.12.1", "6.180.1", "6.11", "2.6.32", "2.6.140", "x6.1")) {
            assertThrows(IllegalArgumentException.class, () -> Profile.forKernelRelease(release));
        }
    }

    @Test
    void gfpValue_atomicAndNowait_areTheVersionsNumbers() {
        assertEquals(0x820, Profile.V6_18.gfpValue(GfpMask.ATOMIC));
        assertEquals(0x820, Profile.V2_6_14.gfpValue(GfpMask.ATOMIC));
        assertEquals(0xa20, Profile.V6_1.gfpValue(GfpMask.ATOMIC));
        assertEquals(0x2800, Profile.V6_18.gfpValue(GfpMask.NOWAIT));
        assertEquals(0x800, Profile.V6_1.gfpValue(GfpMask.NOWAIT));
        assertEquals(0x2a20, Profile.V6_1.gfpValue(GfpMask.ATOMIC.with(GfpMask.Flag.NOWARN)));
        assertEquals(0xce0, Profile.V6_1.gfpValue(GfpMask.KERNEL.with(GfpMask.Flag.HIGH)));
    }

    @Test
    void gfpMask_reversesGfpValue() {
        List<GfpMask> masks =
                List.of(
                        GfpMask.KERNEL,
                        GfpMask.ATOMIC,
                        GfpMask.NOWAIT,
                        GfpMask.NOFS,
                        GfpMask.NOIO,
                        GfpMask.USER,
                        GfpMask.ZERO_MASK);
        for (Profile profile : Profile.all()) {
            for (GfpMask mask : masks) {
                assertSame(mask, profile.gfpMask(profile.gfpValue(mask)));
            }
        }
    }

    @Test
    void socketBuffers_haveTheRecordedLimits() {
        assertEquals(2304, Profile.V6_18.rcvbufMin());
        assertEquals(4608, Profile.V6_18.sndbufMin());
        assertEquals(8_388_608, 2 * Profile.V6_18.rmemMax());
        assertEquals(425_984, 2 * Profile.V6_1.rmemMax());
    }

    @Test
    void notices_belongToTheQueuedEraOnly() {
        assertTrue(Profile.V2_6_14.hasRegistrationNotices());
        assertFalse(Profile.V6_1.hasRegistrationNotices());
        assertFalse(Profile.V6_18.hasRegistrationNotices());
    }
}
