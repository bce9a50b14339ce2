package org.vkernel.testmodules.property;

import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.explore.SparseSchedule;

/**
 * A simulated machine, and the kernel's version that runs on it.
 *
 * @param profile the kernel's version
 * @param cpus how many CPUs
 * @param memory how many bytes of memory, whole pages
 * @param pageCache how many of these are clean pages of files at boot, which can be taken back
 */
public record Machine(Profile profile, int cpus, long memory, long pageCache) {
    /**
     * What to boot it with; all chance is drawn from {@code seed}.
     *
     * <p>Nothing is printed, and no allocation is made to fail, unless the caller adds that.
     */
    public KernelConfig config(long seed) {
        return KernelConfig.simulated(seed)
                .profile(profile)
                .cpus(cpus)
                .memory(memory)
                .pageCache(pageCache);
    }

    /** What to boot it with, to run under {@code schedule}. */
    public KernelConfig config(SparseSchedule schedule) {
        return config(1).strategy(seed -> schedule.strategy());
    }
}
