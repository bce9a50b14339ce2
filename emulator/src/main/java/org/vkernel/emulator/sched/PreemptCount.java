package org.vkernel.emulator.sched;

/**
 * The layout of a task's {@code preempt_count}, as include/linux/preempt.h lays it out.
 *
 * <p>Bits 0-7 count disabled preemption, 8-15 softirqs (bit 8: serving one; above: bottom halves
 * disabled), 16-19 hardirqs.
 */
public final class PreemptCount {
    /** {@code preempt_disable()} and each plain spinlock held. */
    public static final int PREEMPT_OFFSET = 1;

    /** Serving a softirq. */
    public static final int SOFTIRQ_OFFSET = 0x100;

    /** {@code local_bh_disable()}. */
    public static final int SOFTIRQ_DISABLE_OFFSET = 0x200;

    /** {@code spin_lock_bh()}: both at once. */
    public static final int SOFTIRQ_LOCK_OFFSET = SOFTIRQ_DISABLE_OFFSET + PREEMPT_OFFSET;

    /** Serving a hardirq. */
    public static final int HARDIRQ_OFFSET = 0x10000;

    private static final int PREEMPT_MASK = 0xff;
    static final int SOFTIRQ_MASK = 0xff00;
    static final int HARDIRQ_MASK = 0xf0000;

    private PreemptCount() {}

    /** How often preemption was disabled, by {@code preempt_disable()} and by locks. */
    public static int preemptDepth(int count) {
        return count & PREEMPT_MASK;
    }

    /** {@code in_hardirq()}. */
    public static boolean inHardirq(int count) {
        return (count & HARDIRQ_MASK) != 0;
    }

    /** {@code in_softirq()}: serving a softirq, or bottom halves disabled. */
    public static boolean inSoftirq(int count) {
        return (count & SOFTIRQ_MASK) != 0;
    }

    /** {@code in_serving_softirq()}. */
    public static boolean inServingSoftirq(int count) {
        return (count & SOFTIRQ_OFFSET) != 0;
    }

    /** {@code in_interrupt()}. */
    public static boolean inInterrupt(int count) {
        return (count & (SOFTIRQ_MASK | HARDIRQ_MASK)) != 0;
    }

    /** {@code in_task()}. */
    public static boolean inTask(int count) {
        return (count & (HARDIRQ_MASK | SOFTIRQ_OFFSET)) == 0;
    }
}
