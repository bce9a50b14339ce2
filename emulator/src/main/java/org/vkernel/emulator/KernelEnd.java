package org.vkernel.emulator;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.TaskState;

/** How a kernel ends: its processes, its modules, what is built in, and then its tasks. */
final class KernelEnd {
    private static final long SHORTEST_PAUSE_NS = 20_000;
    private static final long LONGEST_PAUSE_NS = 5_000_000;

    private final VirtualKernel kernel;
    private final KernelEntry entry;
    private final KernelEvents events;
    private volatile boolean begun;
    private boolean unwound;

    KernelEnd(VirtualKernel kernel, KernelEntry entry, KernelEvents events) {
        this.kernel = kernel;
        this.entry = entry;
        this.events = events;
    }

    /** Whether a shutdown has begun. */
    boolean hasBegun() {
        return begun;
    }

    /** Shuts down, unless the run has ended before. Called by the host, outside of the kernel. */
    void run() {
        try {
            if (!kernel.hasEnded()) {
                var _ =
                        entry.<@Nullable Object>asInit(() -> {
                            shutdown();
                            return null;
                        });
            }
        } catch (KernelFailedException e) {
            // It stands in the reports.
        } finally {
            unwind();
        }
    }

    private void shutdown() {
        begun = true;
        for (List<UserProcess> left = kernel.processes();
                !left.isEmpty();
                left = kernel.processes()) {
            left.forEach(process -> process.signal(UserProcess.SIGKILL));
            left.forEach(this::awaitEnd); // one may have made another meanwhile
        }
        kernel.init().files().closeAll();
        kernel.modules().unloadAll();
        for (Subsystem subsystem : VirtualKernel.BUILT_IN.reverse()) {
            subsystem.exit(kernel);
        }
        kernel.rcu().barrier();
        if (kernel.config().has(Check.LEAKS)) {
            kernel.mm().checkLeaks();
        }
    }

    /** Waits for a killed process; one that runs on without a system call is left behind. */
    private void awaitEnd(UserProcess process) {
        KernelConfig config = kernel.config();
        if (config.isSimulated()) {
            process.awaitExit(); // the machine itself sees a task that never gets there
            return;
        }
        long limit = kernel.clock().ns() + Duration.ofMillis(config.hangMillis()).toNanos();
        for (long pause = SHORTEST_PAUSE_NS; !process.isDead(); pause *= 2) {
            if (kernel.clock().ns() > limit) {
                events.hung(process.toString(), new StackTraceElement[0]);
                return;
            }
            long ns = Math.min(pause, LONGEST_PAUSE_NS);
            var _ = kernel.hrTimers().sleep(ns, TaskState.UNINTERRUPTIBLE);
        }
    }

    /** Ends what tasks are left of a run that has ended, and gives their modules' code back. */
    void unwind() {
        if (!unwound) {
            unwound = true;
            kernel.sched().unwind();
            kernel.modules().releaseAll(events.isTaskLeftBehind());
        }
    }
}
