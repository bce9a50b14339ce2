package org.vkernel.testmodules.property.suite;

import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;

/**
 * The kernel that a property is tried on.
 *
 * @param profile the kernel's version
 * @param cpus how many CPUs
 * @param variants the names of historical bugs, or repairs, that it has
 * @param strain what makes its life harder
 * @param lockOff the name of the locks that are switched off; null: none
 */
public record Setting(
        Profile profile,
        int cpus,
        ImmutableList<String> variants,
        Strain strain,
        @Nullable String lockOff) {
    private static final String COMMA = ",";
    private static final String NONE = "-";
    private static final char PLUS = '+';

    /** A kernel without variants or strain. */
    public static Setting of(Profile profile, int cpus) {
        return new Setting(profile, cpus, ImmutableList.of(), Strain.NONE, null);
    }

    /** The same with enough memory. */
    Setting withEnoughMemory() {
        return new Setting(profile, cpus, variants, strain.withEnoughMemory(), lockOff);
    }

    /** What to boot such a kernel with. */
    public KernelConfig config(long seed) {
        KernelConfig config =
                KernelConfig.simulated(seed).profile(profile).cpus(cpus).lockOff(lockOff);
        for (String variant : variants) {
            config = config.variant(variant);
        }
        return strain.applyTo(config);
    }

    /** As short as it can be read back: {@code 6.18,2,-}, or {@code 6.18,2,-,jitter,LOCK}. */
    @Override
    public String toString() {
        return profile.name()
                + COMMA
                + cpus
                + COMMA
                + (variants.isEmpty() ? NONE : Joiner.on(PLUS).join(variants))
                + (strain == Strain.NONE && lockOff == null ? "" : COMMA + strain)
                + (lockOff == null ? "" : COMMA + lockOff);
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if that is no setting
     */
    public static Setting parse(String text) {
        List<String> parts = Splitter.on(COMMA).limit(5).splitToList(text);
        if (parts.size() < 3) {
            throw new IllegalArgumentException(
                    "'" + text + "': expected PROFILE,CPUS,VARIANTS[,STRAIN[,LOCK]]");
        }
        String variants = parts.get(2);
        return new Setting(
                Profile.of(parts.get(0)),
                Integer.parseInt(parts.get(1)),
                variants.equals(NONE)
                        ? ImmutableList.of()
                        : ImmutableList.copyOf(Splitter.on(PLUS).split(variants)),
                parts.size() < 4 ? Strain.NONE : Strain.of(parts.get(3)),
                parts.size() < 5 ? null : parts.get(4));
    }
}
