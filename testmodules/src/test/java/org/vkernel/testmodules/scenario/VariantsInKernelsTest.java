package org.vkernel.testmodules.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.Variants;

/** Every variant that there is, in every kernel that it is for. */
class VariantsInKernelsTest {
    static Stream<Variant> all() {
        return Variants.all().stream();
    }

    @ParameterizedTest
    @MethodSource("all")
    void variant_isUsedByAKernelOfItsProfiles_andOffByDefault(Variant variant) {
        for (Profile profile : variant.profiles()) {
            KernelConfig usual = KernelConfig.simulated(1).profile(profile);
            try (var kernel = VirtualKernel.boot(usual.variant(variant))) {
                kernel.insmod(ConnectorModule.class);
                assertEquals(Set.of(), kernel.variants().unasked(), profile::name);
            }
            try (var kernel = VirtualKernel.boot(usual)) {
                assertEquals(List.of(), kernel.variants().active());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void variant_tellsItsStory(Variant variant) {
        assertTrue(variant.name().matches("[A-Z]{2}-[0-9]{2}[a-z]?"), variant::name);
        for (String text : List.of(variant.title(), variant.wrong(), variant.consequence())) {
            assertTrue(text.length() > 20 && !text.endsWith("."), text);
        }
    }
}
