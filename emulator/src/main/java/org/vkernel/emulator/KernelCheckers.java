package org.vkernel.emulator;

import com.google.common.base.Preconditions;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.CallTraces;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.check.locks.LockChecker;
import org.vkernel.emulator.check.races.RaceChecker;
import org.vkernel.emulator.mm.ObjectTracker;
import org.vkernel.emulator.sched.MachineEvents;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;

/** Makes a kernel's machine and what watches it, as the configuration asks for. */
final class KernelCheckers {
    private final VirtualKernel kernel;
    private final KernelConfig config;

    KernelCheckers(VirtualKernel kernel, KernelConfig config) {
        this.kernel = kernel;
        this.config = config;
    }

    Scheduler newScheduler(MachineEvents events) {
        boolean isStuckSeen = config.has(Check.STUCK);
        return new Scheduler(
                new Scheduler.Setup(
                        config.cpus(),
                        config.profile().preemption() == Profile.Preemption.FULL,
                        isStuckSeen ? config.lockupPoints() : Scheduler.NO_LOCKUP_LIMIT,
                        config.instantPoints(),
                        config.newStrategy(),
                        config.jitter(),
                        config.recording(),
                        config.hangMillis(),
                        isStuckSeen ? config.hungTaskSeconds() : 0,
                        isStuckSeen ? config.rcuStallSeconds() : 0),
                events);
    }

    /** Called before there is any lock or task. */
    void watch(Scheduler sched) {
        SimMachine sim = sched.sim();
        switchOff(config.lockOff(), sim);
        boolean keepsAll = config.callTraces() == CallTraces.ALL;
        sched.setRefReporter(config.has(Check.REFCOUNTS) ? kernel::report : null);
        sched.setTracesObjects(config.callTraces() != CallTraces.NONE);
        sched.setNotesHolders(sim != null || keepsAll);
        sched.setChecksSleeping(config.has(Check.SLEEP));
        if (sim != null && config.has(Check.RACES)) {
            RaceChecker races = new RaceChecker(sched, sim, keepsAll, kernel::report);
            sim.addObserver(races);
            sched.addWatcher(races);
        }
        if (sim != null && (config.has(Check.LOCKS) || config.has(Check.SLEEP))) {
            sched.addWatcher(new LockChecker(config.has(Check.LOCKS), keepsAll, kernel::report));
        }
    }

    private static void switchOff(@Nullable String lock, @Nullable SimMachine sim) {
        if (lock != null) {
            Preconditions.checkArgument(
                    sim != null, "%s: locks can be off on the simulated machine only", lock);
            sim.switchOff(lock);
        }
    }

    @Nullable ObjectTracker trackObjects(Scheduler sched) {
        boolean reports = config.has(Check.MEMORY);
        return config.isSimulated() && (reports || config.has(Check.LEAKS))
                ? new ObjectTracker(sched, reports ? kernel::report : null)
                : null;
    }
}
