package org.vkernel.emulator.sched;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Looks after all machines whose host thread waits for a task: wakes that thread when the task has
 * come to no point for too long.
 *
 * <p>One thread for the JVM, which ends when nobody has waited for a while. Each wait with a
 * time-out of its own would cost a hand-over to the JVM's timer thread, a third of a short run.
 */
final class HangWatch {
    private static final long LONGEST_NAP_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long SHORTEST_NAP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** How many of a waiter's naps make its time-out. */
    private static final int NAPS = 8;

    /** After so many naps with nobody waiting the thread ends. */
    private static final int IDLE_NAPS = 20;

    private static final Set<Waiter> WAITERS = ConcurrentHashMap.newKeySet();
    private static final AtomicBoolean RUNNING = new AtomicBoolean();

    private HangWatch() {}

    /** The host's thread of one machine. */
    static final class Waiter {
        private final SimMachine machine;
        private final long limitNs;

        /** What the watch saw last, and since when that has not changed; its own. */
        private long seenStep = -1;

        private @Nullable Task seenHolder;
        private long sinceNs;

        private volatile @Nullable Thread thread;

        /** Written before {@link #hung}. */
        private long hungStep;

        private volatile @Nullable Task hung;

        Waiter(SimMachine machine, long limitNs) {
            this.machine = machine;
            this.limitNs = limitNs;
        }

        /**
         * Parks the calling thread, until somebody wakes it or a task is stuck.
         *
         * @return the task that holds the baton and has come to no point for too long; null if none
         */
        @Nullable Task park() {
            thread = Thread.currentThread();
            WAITERS.add(this);
            ensureRunning();
            LockSupport.park(this);
            WAITERS.remove(this);
            Task found = hung;
            if (found == null) {
                return null;
            }
            hung = null;
            return machine.current == found && machine.step() == hungStep ? found : null;
        }

        /**
         * A step and a holder are another thread's, and hints only; the thread that wakes looks.
         */
        private void look(long nowNs) {
            long step = machine.step();
            Task holder = machine.current;
            if (step != seenStep || holder != seenHolder) {
                seenStep = step;
                seenHolder = holder;
                sinceNs = nowNs;
            } else if (nowNs - sinceNs >= limitNs) {
                sinceNs = nowNs;
                hungStep = step;
                hung = holder;
                LockSupport.unpark(thread);
            }
        }
    }

    private static void ensureRunning() {
        if (!RUNNING.get() && RUNNING.compareAndSet(false, true)) {
            Thread.ofPlatform()
                    .daemon()
                    .name("vkernel-hang-watch")
                    .inheritInheritableThreadLocals(false)
                    .start(HangWatch::run);
        }
    }

    private static void run() {
        int idle = 0;
        do {
            while (idle < IDLE_NAPS) {
                LockSupport.parkNanos(HangWatch.class, lookAtAll());
                idle = WAITERS.isEmpty() ? idle + 1 : 0;
            }
            idle = 0;
            RUNNING.set(false);
        } while (!WAITERS.isEmpty() && RUNNING.compareAndSet(false, true));
    }

    /** Returns how long to nap. */
    private static long lookAtAll() {
        long now = System.nanoTime();
        long nap = LONGEST_NAP_NS;
        for (Waiter waiter : WAITERS) {
            waiter.look(now);
            nap = Math.min(nap, waiter.limitNs / NAPS);
        }
        return Math.max(nap, SHORTEST_NAP_NS);
    }
}
