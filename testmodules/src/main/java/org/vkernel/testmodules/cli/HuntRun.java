package org.vkernel.testmodules.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.vkernel.testmodules.property.suite.Finding;
import org.vkernel.testmodules.property.suite.Hunt;

/** Runs a hunt on a virtual thread, where tasks take turns without waking a host thread. */
final class HuntRun {
    private HuntRun() {}

    /** As {@link Hunt#run}; an interrupt ends it after the trial that is running. */
    static @Nullable Finding run(Hunt hunt, long most) {
        return onVirtualThread(() -> hunt.run(most), hunt::stop);
    }

    /** What {@code work} returns, which nothing cuts short. */
    static <T extends @Nullable Object> T onVirtualThread(Callable<T> work) {
        return onVirtualThread(work, () -> {});
    }

    private static <T extends @Nullable Object> T onVirtualThread(Callable<T> work, Runnable stop) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread worker = Thread.ofVirtual().start(task);
        boolean interrupted = false;
        while (worker.isAlive()) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                interrupted = true;
                stop.run();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return switch (task.state()) {
            case SUCCESS -> task.resultNow();
            default -> throw new IllegalStateException("the hunt broke down", task.exceptionNow());
        };
    }
}
