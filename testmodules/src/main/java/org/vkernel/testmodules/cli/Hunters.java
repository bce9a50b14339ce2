package org.vkernel.testmodules.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.vkernel.testmodules.property.suite.Finding;
import org.vkernel.testmodules.property.suite.Hunt;

/**
 * Several hunts, some at once, in the order in which they were started: each on a virtual thread,
 * where a kernel's tasks take turns without waking a host thread.
 */
final class Hunters {
    private final Semaphore turns;
    private final List<Hunt> hunts = new ArrayList<>();
    private final AtomicInteger ended = new AtomicInteger();
    private volatile boolean stopped;

    /** With so many hunts at once. */
    Hunters(int workers) {
        turns = new Semaphore(workers, true);
    }

    /** A hunt that was started. */
    record Task(Hunt hunt, FutureTask<List<Finding>> future, Thread thread) {
        /** Waits for its end; what it has found. */
        List<Finding> await() {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    hunt.stop();
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return switch (future.state()) {
                case SUCCESS -> future.resultNow();
                default ->
                        throw new IllegalStateException(
                                "the hunt broke down", future.exceptionNow());
            };
        }
    }

    /**
     * Starts a hunt, which waits for its turn.
     *
     * @param most how many schedules it has
     * @param goesOn whether it goes on when it has found something
     */
    Task start(Hunt hunt, long most, boolean goesOn) {
        synchronized (hunts) {
            hunts.add(hunt);
        }
        FutureTask<List<Finding>> future = new FutureTask<>(() -> run(hunt, most, goesOn));
        return new Task(hunt, future, Thread.ofVirtual().start(future));
    }

    private List<Finding> run(Hunt hunt, long most, boolean goesOn) {
        List<Finding> findings = new ArrayList<>();
        turns.acquireUninterruptibly();
        try {
            boolean again = !stopped;
            while (again) {
                Finding finding = hunt.run(most);
                if (finding != null) {
                    findings.add(finding);
                }
                again = goesOn && finding != null;
            }
        } finally {
            ended.incrementAndGet();
            turns.release();
        }
        return findings;
    }

    /** How many schedules all have run; from any thread. */
    long done() {
        synchronized (hunts) {
            return hunts.stream().mapToLong(Hunt::done).sum();
        }
    }

    /** How many have come to their end; from any thread. */
    int ended() {
        return ended.get();
    }

    /** Ends all; from any thread. */
    void stop() {
        stopped = true;
        synchronized (hunts) {
            hunts.forEach(Hunt::stop);
        }
    }
}
