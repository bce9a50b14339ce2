package org.vkernel.testmodules.property.suite;

import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;

/**
 * The kernel that a property is tried on.
 *
 * @param profile the kernel's version
 * @param cpus how many CPUs
 * @param variants the names of historical bugs, or repairs, that it has
 * @param strain what makes its life harder
 */
public record Setting(Profile profile, int cpus, ImmutableList<String> variants, Strain strain) {
    private static final String NONE = "-";
    private static final char PLUS = '+';

    /** A kernel without variants or strain. */
    public static Setting of(Profile profile, int cpus) {
        return new Setting(profile, cpus, ImmutableList.of(), Strain.NONE);
    }

    /** The same with enough memory. */
    Setting withEnoughMemory() {
        return new Setting(profile, cpus, variants, strain.withEnoughMemory());
    }

    /** What to boot such a kernel with. */
    public KernelConfig config(long seed) {
        KernelConfig config = KernelConfig.simulated(seed).profile(profile).cpus(cpus);
        for (String variant : variants) {
            config = config.variant(variant);
        }
        return strain.applyTo(config);
    }

    /** As short as it can be read back: {@code 6.18,2,-}, or {@code 6.18,2,-,jitter}. */
    @Override
    public String toString() {
        return profile.name()
                + ","
                + cpus
                + ","
                + (variants.isEmpty() ? NONE : Joiner.on(PLUS).join(variants))
                + (strain == Strain.NONE ? "" : "," + strain);
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if that is no setting
     */
    public static Setting parse(String text) {
        List<String> parts = Splitter.on(',').splitToList(text);
        if (parts.size() < 3 || parts.size() > 4) {
            throw new IllegalArgumentException(
                    "'" + text + "': expected PROFILE,CPUS,VARIANTS[,STRAIN]");
        }
        String variants = parts.get(2);
        return new Setting(
                Profile.of(parts.get(0)),
                Integer.parseInt(parts.get(1)),
                variants.equals(NONE)
                        ? ImmutableList.of()
                        : ImmutableList.copyOf(Splitter.on(PLUS).split(variants)),
                parts.size() == 3 ? Strain.NONE : Strain.of(parts.get(3)));
    }
}
