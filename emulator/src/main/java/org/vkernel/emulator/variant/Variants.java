package org.vkernel.emulator.variant;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.vkernel.emulator.Profile;

/** The variants that a kernel was booted with, usually none; and the list of all that there are. */
public final class Variants {
    private final ImmutableList<Variant> active;

    /** For {@link #unasked}: the policies that parts of the kernel have asked for. */
    private final Set<Class<?>> asked = ConcurrentHashMap.newKeySet();

    /**
     * Those of one kernel.
     *
     * @throws IllegalArgumentException if one of them changes nothing in a kernel of this profile
     */
    public Variants(Profile profile, List<Variant> active) {
        for (Variant variant : active) {
            checkArgument(
                    variant.profiles().contains(profile),
                    "variant %s changes nothing in a kernel %s: expected profile %s",
                    variant,
                    profile,
                    variant.profileNames());
        }
        this.active = ImmutableList.copyOf(active);
    }

    /** Those that the kernel was booted with. */
    public List<Variant> active() {
        return active;
    }

    /**
     * The object of a policy: what the variants make of the usual one, which it is without them.
     * For a part of the kernel that is being set up; it keeps what it is given.
     */
    public <P> P policy(Class<P> type, P usual) {
        P policy = usual;
        asked.add(type);
        for (Variant variant : active) {
            policy = variant.apply(type, policy);
        }
        return policy;
    }

    /**
     * The policies that the variants replace and no part of the kernel has asked for so far: there
     * the variants have changed nothing.
     */
    public Set<Class<?>> unasked() {
        return active.stream()
                .flatMap(variant -> variant.policies().stream())
                .filter(policy -> !asked.contains(policy))
                .collect(ImmutableSet.toImmutableSet());
    }

    // ---- All that there are
    // ----------------------------------------------------------------------

    /**
     * All variants, by name.
     *
     * @param loader where to look for their providers
     * @throws IllegalStateException if two have the same name
     */
    public static List<Variant> all(ClassLoader loader) {
        return byName(loader).values().asList();
    }

    /** All variants of this program, by name. */
    public static List<Variant> all() {
        return all(Variants.class.getClassLoader());
    }

    private static ImmutableSortedMap<String, Variant> byName(ClassLoader loader) {
        TreeMap<String, Variant> found = new TreeMap<>();
        for (VariantProvider provider : ServiceLoader.load(VariantProvider.class, loader)) {
            for (Variant variant : provider.variants()) {
                Variant other = found.put(variant.name(), variant);
                if (other != null) {
                    throw new IllegalStateException(
                            "two variants have one name: " + other + ", " + variant);
                }
            }
        }
        return ImmutableSortedMap.copyOf(found);
    }

    /**
     * The variant of this program with this name.
     *
     * @throws IllegalArgumentException if there is none, naming those that there are
     */
    public static Variant of(String name) {
        ImmutableSortedMap<String, Variant> all = byName(Variants.class.getClassLoader());
        Variant found = all.get(name);
        checkArgument(
                found != null,
                "no variant \"%s\"; expected one of %s",
                name,
                String.join(", ", all.keySet()));
        return found;
    }
}
