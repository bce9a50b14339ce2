package org.vkernel.emulator.time;

import java.time.Duration;
import org.vkernel.emulator.sched.Scheduler;

/**
 * A kernel's clock: nanoseconds since boot, and jiffies (kernel/time/timekeeping.c,
 * include/linux/jiffies.h).
 *
 * <p>Jiffies are 64 bits wide and start so that their low 32 bits pass zero five minutes after
 * boot, as Linux's do, to bring code to light that compares them without regard to that.
 */
public final class Clock {
    /** {@code NSEC_PER_SEC}. */
    public static final long NSEC_PER_SEC = 1_000_000_000;

    /** {@code MAX_JIFFY_OFFSET}: what an infinite time is in jiffies. */
    public static final long MAX_JIFFY_OFFSET = (Long.MAX_VALUE >> 1) - 1;

    private static final int MSEC_PER_SEC = 1000;
    private static final int WRAP_AFTER_SECONDS = 300;

    private final Scheduler sched;
    private final int hz;
    private final long tickNs;
    private final long initialJiffies;

    /** Makes the clock of a kernel with {@code hz} ticks a second. */
    public Clock(Scheduler sched, int hz) {
        this.sched = sched;
        this.hz = hz;
        this.tickNs = (NSEC_PER_SEC + hz / 2) / hz;
        this.initialJiffies = Integer.toUnsignedLong(-WRAP_AFTER_SECONDS * hz);
    }

    /** {@code HZ}: ticks a second. */
    public int hz() {
        return hz;
    }

    /** {@code TICK_NSEC}: how long a tick is. */
    public long tickNs() {
        return tickNs;
    }

    /** {@code INITIAL_JIFFIES}: what {@link #jiffies} was at boot. */
    public long initialJiffies() {
        return initialJiffies;
    }

    /** {@code ktime_get_ns()}: nanoseconds since boot. Context: any. */
    public long ns() {
        return sched.clockNs();
    }

    /** {@code get_jiffies_64()}: the number of the last tick that has begun. Context: any. */
    public long jiffies() {
        return initialJiffies + sched.clockNs() / tickNs;
    }

    /** The time of tick {@code jiffies}, ns since boot; the clock's end where it is beyond that. */
    public long nsOf(long jiffies) {
        long ticks = jiffies - initialJiffies;
        return ticks > Long.MAX_VALUE / tickNs ? Long.MAX_VALUE : ticks * tickNs;
    }

    // ---- Conversions -------------------------------------------------------------------------

    /** {@code msecs_to_jiffies()}: rounds up; negative is infinite. */
    public long msecsToJiffies(int msecs) {
        if (msecs < 0) {
            return MAX_JIFFY_OFFSET;
        }
        return ((long) msecs * hz + MSEC_PER_SEC - 1) / MSEC_PER_SEC;
    }

    /** {@code jiffies_to_msecs()}: rounds down where a tick is no whole number of them. */
    public long jiffiesToMsecs(long ticks) {
        return ticks * MSEC_PER_SEC / hz;
    }

    /** {@code usecs_to_jiffies()}: rounds up. */
    public long usecsToJiffies(long usecs) {
        long usecsPerTick = NSEC_PER_SEC / MSEC_PER_SEC / hz;
        return (usecs + usecsPerTick - 1) / usecsPerTick;
    }

    /** {@code nsecs_to_jiffies()}: rounds down. */
    public long nsecsToJiffies(long ns) {
        return ns / tickNs;
    }

    /** {@code timespec64_to_jiffies()}: rounds up; what is too long is infinite. */
    public long toJiffies(Duration time) {
        if (time.toSeconds() >= MAX_JIFFY_OFFSET / NSEC_PER_SEC) {
            return MAX_JIFFY_OFFSET;
        }
        return (time.toNanos() + tickNs - 1) / tickNs;
    }

    // ---- Comparisons that a wrap does not disturb ----------------------------------------------

    /** {@code time_after()}: whether {@code a} is later than {@code b}. */
    public static boolean timeAfter(long a, long b) {
        return b - a < 0;
    }

    /** {@code time_after_eq()}. */
    public static boolean timeAfterEq(long a, long b) {
        return a - b >= 0;
    }

    /** {@code time_before()}. */
    public static boolean timeBefore(long a, long b) {
        return timeAfter(b, a);
    }
}
