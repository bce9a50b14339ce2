package org.vkernel.emulator.trace;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.PreemptCount;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/**
 * The stream of all that happens in a kernel. Its fingerprint is a hash of the whole stream.
 *
 * <p>On the simulated machine it is always on, since the fingerprint is made of it; events become
 * objects only where somebody listens. On the parallel machine it is on only if somebody listens.
 */
public final class Trace {
    private final Scheduler sched;
    private final boolean hashing;
    private volatile @Nullable Consumer<TraceEvent> listener;

    /** Whether events are hashed or listened to: asked thrice for each message. */
    private boolean active;

    private long hash = 0x9E3779B97F4A7C15L;

    /**
     * Makes a kernel's trace.
     *
     * @param listener told of each event, in order on the simulated machine; must not enter the
     *     kernel
     */
    public Trace(Scheduler sched, @Nullable Consumer<TraceEvent> listener) {
        this.sched = sched;
        this.hashing = sched.sim() != null;
        this.listener = listener;
        this.active = hashing || listener != null;
    }

    /**
     * Whether events are wanted; to be asked before {@link #emit} so that nothing is built for
     * nothing.
     */
    public boolean isActive() {
        return active;
    }

    /** Whether somebody reads the events, and not only their hash: texts are built for those. */
    public boolean isListened() {
        return listener != null;
    }

    /**
     * Tells {@code more} of each event from now on, after those who are told already. Before
     * anything else runs: the parallel machine's tasks may miss a listener that comes later.
     *
     * @param more as the constructor's
     */
    public void addListener(Consumer<TraceEvent> more) {
        Consumer<TraceEvent> before = listener;
        listener = before == null ? more : before.andThen(more);
        active = true;
    }

    /** Adds an event of the running task. */
    public void emit(TraceKind kind, long first, long second, long third) {
        emit(kind, first, second, third, null);
    }

    /** Adds an event with a text, which is no part of the fingerprint. */
    public void emit(TraceKind kind, long first, long second, long third, @Nullable String text) {
        Task task = sched.current();
        if (hashing) {
            mix(kind.hash() ^ (long) task.cpu().index() << 32 ^ (long) task.pid() << 40);
            mix(sched.clockNs() ^ (long) task.preemptCount() << 44);
            mix(first);
            mix(second ^ third << 32 ^ third >>> 32);
        }
        Consumer<TraceEvent> to = listener;
        if (to != null) {
            to.accept(
                    new TraceEvent(
                            sched.clockNs(),
                            task.cpu().index(),
                            task.pid(),
                            task.comm(),
                            context(task),
                            kind,
                            first,
                            second,
                            third,
                            text));
        }
    }

    private static char context(Task task) {
        int count = task.preemptCount();
        if (PreemptCount.inHardirq(count)) {
            return 'h';
        }
        if (PreemptCount.inServingSoftirq(count)) {
            return 's';
        }
        return PreemptCount.inSoftirq(count) ? 'b' : '.';
    }

    private void mix(long value) {
        long mixed = (hash ^ value) * 0xD6E8FEB86659FD93L;
        hash = mixed ^ mixed >>> 32;
    }

    /** The hash of the stream so far, as 16 hexadecimal digits. */
    public String fingerprint() {
        return String.format("%016x", hash);
    }
}
