package org.vkernel.testmodules.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends the running work tidily when the user presses Ctrl-C.
 *
 * <p>The JVM answers the signal by running its shutdown hooks and ending with status 130, whatever
 * the program does. So a hook stops the work and waits until its result is printed.
 */
final class Interrupts {
    private static final long PATIENCE_SECONDS = 5;

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Runnable stop;

    /** From now on, a signal that ends the JVM ends the work first. */
    void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "vkernel-interrupt"));
    }

    void set(Runnable stopper) {
        stop = stopper;
    }

    /** The work has ended, and all it had to print is printed. */
    void workEnded() {
        ended.countDown();
    }

    private void stopAndWait() {
        Runnable stopper = stop;
        if (stopper == null || ended.getCount() == 0) {
            return;
        }
        stopper.run();
        try {
            var _ = ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
