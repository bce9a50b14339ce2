package org.vkernel.testmodules.property.suite;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.explore.Pct;
import org.vkernel.emulator.explore.Pos;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.emulator.explore.RoundRobin;
import org.vkernel.emulator.explore.Strategies;

/**
 * Which settings and strategies the trials of a hunt go through, by their number: profiles fastest,
 * then CPUs and strains, whose numbers have no common factor, then strategies.
 *
 * @param profiles the kernel versions
 * @param cpus the numbers of CPUs
 * @param strains what makes the kernels' lives harder
 * @param strategies the strategies' names
 * @param variants the variants that each kernel has
 * @param lockOff the name of the locks that are switched off in each; null: none
 * @param firstSeed the first trial's seed; each has the next
 */
public record Trials(
        ImmutableList<Profile> profiles,
        ImmutableList<Integer> cpus,
        ImmutableList<Strain> strains,
        ImmutableList<String> strategies,
        ImmutableList<String> variants,
        @Nullable String lockOff,
        long firstSeed) {
    /** Questions that a run of the suite asks, roughly. */
    private static final int LENGTH = 600;

    private static final String PCT = Strategies.suited(Pct.NAME, LENGTH);

    /** All profiles, 1 to 4 CPUs, all strains, without variants. */
    public static Trials standard(long firstSeed) {
        return new Trials(
                ImmutableList.copyOf(Profile.all()),
                ImmutableList.of(2, 1, 3, 4),
                ImmutableList.of(
                        Strain.NONE,
                        Strain.JITTER,
                        Strain.NONE,
                        Strain.PRESSURE,
                        Strain.NONE,
                        Strain.FAULTS,
                        Strain.PRESSURE_AND_JITTER),
                ImmutableList.of(
                        RandomWalk.NAME, PCT, Pos.NAME, RoundRobin.NAME, RandomWalk.NAME, PCT),
                ImmutableList.of(),
                null,
                firstSeed);
    }

    /** The same on kernels that have these variants, of the profiles that those can be in. */
    public Trials with(List<String> names, List<Profile> possible) {
        return new Trials(
                ImmutableList.copyOf(possible),
                cpus,
                strains,
                strategies,
                ImmutableList.copyOf(names),
                lockOff,
                firstSeed);
    }

    /** The same with the locks of this name switched off. */
    public Trials withLockOff(String name, List<Profile> possible) {
        return new Trials(
                ImmutableList.copyOf(possible),
                cpus,
                strains,
                strategies,
                variants,
                name,
                firstSeed);
    }

    /** The setting of trial {@code number}, from 0. */
    Setting setting(long number) {
        long round = number / profiles.size();
        return new Setting(
                at(profiles, number), at(cpus, round), variants, at(strains, round), lockOff);
    }

    /** The strategy's name of trial {@code number}. */
    String strategy(long number) {
        return at(strategies, number / ((long) profiles.size() * cpus.size()));
    }

    private static <T> T at(List<T> list, long number) {
        return list.get((int) (number % list.size()));
    }
}
