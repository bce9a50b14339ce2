package org.vkernel.emulator.variant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;

class VariantsTest {
    @FunctionalInterface
    interface Sum {
        Sum USUAL = (a, b) -> (long) a + b;

        long of(int a, int b);
    }

    @FunctionalInterface
    interface Limit {
        Limit USUAL = () -> 10;

        int most();
    }

    private static Variant.Builder named(String name) {
        return Variant.historicalBug(name, "a test").wrong("it is wrong").consequence("it shows");
    }

    private static final Variant WRAPS =
            named("T-01").replace(Sum.class, usual -> (a, b) -> a + b).build();
    private static final Variant ONE_MORE =
            named("T-02")
                    .profiles(Profile.V2_6_14, Profile.V6_1)
                    .replace(Sum.class, usual -> (a, b) -> usual.of(a, b) + 1)
                    .replace(Limit.class, usual -> () -> usual.most() + 1)
                    .build();

    public static final class Provider implements VariantProvider {
        @Override
        public List<Variant> variants() {
            return List.of(ONE_MORE, WRAPS);
        }
    }

    public static final class Again implements VariantProvider {
        @Override
        public List<Variant> variants() {
            return List.of(named("T-01").replace(Limit.class, usual -> usual).build());
        }
    }

    @TempDir private Path temp;

    private static long sum(KernelConfig config) {
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            return kernel.variants().policy(Sum.class, Sum.USUAL).of(Integer.MAX_VALUE, 1);
        }
    }

    @Test
    void policy_byDefault_isTheUsualOne() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            assertEquals(List.of(), kernel.variants().active());
            assertSame(Sum.USUAL, kernel.variants().policy(Sum.class, Sum.USUAL));
        }
    }

    @Test
    void policy_ofAVariant_isReplaced_inItsKernelAlone() {
        KernelConfig config = KernelConfig.simulated(1);
        KernelConfig changed = config.variant(WRAPS);

        assertEquals(List.of(WRAPS), changed.variants());
        assertEquals(List.of(WRAPS), changed.cpus(4).variants(), "setters keep it");
        assertEquals(Integer.MIN_VALUE, sum(changed));
        assertEquals(1L << 31, sum(config));
        try (VirtualKernel kernel = VirtualKernel.boot(changed)) {
            assertSame(Limit.USUAL, kernel.variants().policy(Limit.class, Limit.USUAL));
        }
    }

    @Test
    void policy_ofSeveralVariants_eachReplacesTheOneBefore() {
        KernelConfig config = KernelConfig.simulated(1).profile(Profile.V6_1);

        assertEquals(Integer.MIN_VALUE + 1L, sum(config.variant(WRAPS).variant(ONE_MORE)));
        assertEquals(Integer.MIN_VALUE, sum(config.variant(ONE_MORE).variant(WRAPS)));
        Variants both = new Variants(Profile.V6_1, List.of(WRAPS, ONE_MORE));
        assertEquals(11, both.policy(Limit.class, Limit.USUAL).most());
    }

    @Test
    void unasked_arePoliciesOfVariantsThatNobodyUses() {
        Variants both = new Variants(Profile.V6_1, List.of(WRAPS, ONE_MORE));

        assertEquals(Set.of(Sum.class, Limit.class), both.unasked());
        var _ = both.policy(Sum.class, Sum.USUAL);
        assertEquals(Set.of(Limit.class), both.unasked());
        assertEquals(Set.of(), new Variants(Profile.V6_1, List.of()).unasked());
    }

    @Test
    void boot_variantOfAnotherProfile_isRefused() {
        KernelConfig config = KernelConfig.simulated(1).variant(ONE_MORE);
        var refused =
                assertThrows(IllegalArgumentException.class, () -> VirtualKernel.boot(config));

        assertEquals(
                "variant T-02 (a test) changes nothing in a kernel 6.18: expected profile 2.6.14,"
                        + " 6.1",
                refused.getMessage());
    }

    @Test
    void config_unknownName_isRefusedAtOnce() {
        KernelConfig config = KernelConfig.simulated(1);
        var refused = assertThrows(IllegalArgumentException.class, () -> config.variant("T-99"));

        assertTrue(String.valueOf(refused.getMessage()).startsWith("no variant \"T-99\""));
    }

    @Test
    void variant_withoutItsStory_isNone() {
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        Variant.repair("T-03", "tells nothing")
                                .replace(Limit.class, usual -> usual)
                                .build());
        assertThrows(IllegalArgumentException.class, () -> named("T-03").build());
    }

    @Test
    void variant_tellsWhatItIs() {
        Variant repair =
                Variant.repair("T-04", "short")
                        .wrong("w")
                        .consequence("c")
                        .replace(Limit.class, usual -> usual)
                        .build();

        assertEquals("repair", repair.kind().toString());
        assertEquals("T-04 (short)", repair.toString());
        assertEquals(Profile.all(), repair.profiles());
        assertEquals("2.6.14, 6.1", ONE_MORE.profileNames());
        assertEquals("historical bug", ONE_MORE.kind().toString());
    }

    private URLClassLoader loaderOf(String... providers) throws IOException {
        Path services = Files.createDirectories(temp.resolve("META-INF/services"));
        Files.write(services.resolve(VariantProvider.class.getName()), List.of(providers));
        return new URLClassLoader(
                new URL[] {temp.toUri().toURL()}, VariantsTest.class.getClassLoader());
    }

    @Test
    void all_areThoseOfEachProvider_byName() throws Exception {
        try (URLClassLoader loader = loaderOf(Provider.class.getName())) {
            assertEquals(List.of(WRAPS, ONE_MORE), Variants.all(loader));
        }
    }

    @Test
    void all_twoOfOneName_isAnError() throws Exception {
        try (URLClassLoader loader = loaderOf(Provider.class.getName(), Again.class.getName())) {
            assertThrows(IllegalStateException.class, () -> Variants.all(loader));
        }
    }
}
