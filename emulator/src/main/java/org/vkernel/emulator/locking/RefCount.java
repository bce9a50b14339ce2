package org.vkernel.emulator.locking;

import com.google.common.collect.ImmutableList;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.RefHistory;
import org.vkernel.emulator.check.Reporter;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.AtomicInt;

/** Models {@code refcount_t} (lib/refcount.c): a count of references that reports its misuse. */
public final class RefCount {
    /** Beyond this a count is stuck, so that it never wraps to 0. */
    public static final int SATURATED = Integer.MIN_VALUE / 2;

    private final Scheduler sched;
    private final String kind;
    private final @Nullable Object which;
    private final AtomicInt count;
    private final @Nullable Reporter reporter;
    private final @Nullable RefHistory history;

    /** Makes a count of {@code initial} references to what {@code name} says. */
    public RefCount(Scheduler sched, String name, int initial) {
        this(sched, name, null, initial);
    }

    /**
     * Makes a count of {@code initial} references to that {@code kind} of thing.
     *
     * @param which which one, as its {@code toString()} says in a report; null if {@code kind} does
     */
    public RefCount(Scheduler sched, String kind, @Nullable Object which, int initial) {
        this.sched = sched;
        this.kind = kind;
        this.which = which;
        this.count = new AtomicInt(sched, initial);
        this.reporter = sched.refReporter();
        this.history = reporter == null || !sched.notesHolders() ? null : new RefHistory();
    }

    /** {@code refcount_inc()}. */
    public void increment() {
        int now = count.incrementAndGet();
        if (now <= 1) {
            saturate(now == 1 ? "addition on 0; use-after-free" : "saturated; leaking memory");
        }
    }

    /** {@code refcount_inc_not_zero()}. */
    public boolean incrementNotZero() {
        return count.incrementNotZero();
    }

    /** {@code refcount_dec_and_test()}: whether that was the last reference. */
    public boolean decrementAndTest() {
        int now = count.decrementAndGet();
        if (now < 0) {
            saturate("underflow; use-after-free");
        }
        RefHistory past = history;
        if (past != null) {
            past.noteDropped(sched.moment(sched.current()));
        }
        return now == 0;
    }

    private void saturate(String what) {
        count.set(SATURATED);
        Reporter to = reporter;
        if (to != null) {
            RefHistory past = history;
            String name = which == null ? kind : kind + " " + which;
            to.report(
                    "refcount_t: " + what, name, past == null ? ImmutableList.of() : past.places());
        }
    }

    /** {@code refcount_read()}. */
    public int get() {
        return count.get();
    }

    /** The count without a point. */
    public int peek() {
        return count.peek();
    }
}
