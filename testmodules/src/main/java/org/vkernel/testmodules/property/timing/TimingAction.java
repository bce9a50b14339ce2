package org.vkernel.testmodules.property.timing;

/**
 * A kernel thread's next step in a run of {@link Timing}.
 *
 * @param thread which thread, from 0
 * @param what what it does
 * @param object the number of the timer or tasklet that it does it to
 * @param amount ticks, or bytes
 */
record TimingAction(int thread, What what, int object, int amount) {
    enum What {
        /** {@code mod_timer()}. */
        ARM,
        /** {@code del_timer()}. */
        DEL,
        /** {@code del_timer_sync()}. */
        DEL_SYNC,
        /** {@code tasklet_schedule()}. */
        TASKLET,
        /** {@code kmalloc(GFP_ATOMIC)} in process context. */
        ALLOC,
        /** {@code kmalloc(GFP_ATOMIC)} under a spinlock, bottom halves off. */
        ALLOC_LOCKED,
        /** {@code alloc_skb(GFP_ATOMIC)}. */
        ALLOC_SKB,
        /** Sleeps for some ticks. */
        SLEEP
    }
}
