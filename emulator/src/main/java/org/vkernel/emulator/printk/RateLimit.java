package org.vkernel.emulator.printk;

import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.sched.Scheduler;

/**
 * Models {@code struct ratelimit_state} (lib/ratelimit.c): lets a burst of events through in each
 * interval. Linux's default is 10 in 5 seconds.
 */
public final class RateLimit {
    private static final long DEFAULT_INTERVAL_NS = 5_000_000_000L;
    private static final int DEFAULT_BURST = 10;

    private final Scheduler sched;
    private final SpinLock lock;
    private final long intervalNs;
    private final int burst;
    private boolean started;
    private long begin;
    private int printed;
    private int missed;

    /** One with Linux's default interval and burst. */
    public RateLimit(Scheduler sched) {
        this(sched, DEFAULT_INTERVAL_NS, DEFAULT_BURST);
    }

    /** One that lets {@code burst} events through in each {@code intervalNs}. */
    public RateLimit(Scheduler sched, long intervalNs, int burst) {
        this.sched = sched;
        this.lock = new SpinLock(sched, "ratelimit");
        this.intervalNs = intervalNs;
        this.burst = burst;
    }

    /** {@code __ratelimit()}: whether this event is let through. Context: any. Sleeps: never. */
    public boolean allows() {
        boolean flags = lock.lockIrqsave();
        long now = sched.clockNs();
        if (!started || now - begin > intervalNs) {
            started = true;
            begin = now;
            printed = 0;
            missed = 0;
        }
        boolean allowed = printed < burst;
        if (allowed) {
            printed++;
        } else {
            missed++;
        }
        lock.unlockIrqrestore(flags);
        return allowed;
    }

    /** How many events of this interval were held back. */
    public int missed() {
        boolean flags = lock.lockIrqsave();
        int result = missed;
        lock.unlockIrqrestore(flags);
        return result;
    }
}
