package org.vkernel.emulator.workqueue;

import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.trace.TraceKind;

/** A queue of works. Models {@code struct workqueue_struct}. */
public abstract sealed class Workqueue permits ConcurrentWorkqueue, ThreadedWorkqueue {
    private static final TraceKind QUEUE =
            TraceKind.of("workqueue", "workqueue_queue_work", "work", "cpu", "");

    final Workqueues queues;
    final Scheduler sched;
    private final String name;
    private volatile boolean destroyed;

    // The numbers of its memory; 0 for none.
    private volatile int object;
    private volatile int parts;

    Workqueue(Workqueues queues, String name) {
        this.queues = queues;
        this.sched = queues.sched;
        this.name = name;
    }

    void setObjects(int own, int ofParts) {
        object = own;
        parts = ofParts;
    }

    /** Its name, which its threads bear where it has any of its own. */
    public final String name() {
        return name;
    }

    /**
     * Queues a work, on this CPU where the queue is bound to CPUs.
     *
     * <p>Models {@code queue_work()}. Context: any. Sleeps: never.
     *
     * @return false if it is pending already: then nothing is done
     */
    public final boolean queue(Work work) {
        boolean flags = sched.localIrqSave();
        boolean claimed = work.claim();
        if (claimed) {
            noteQueued(work);
            enqueueHere(work);
        }
        sched.localIrqRestore(flags);
        return claimed;
    }

    /** {@code queue_work_on()}: as {@link #queue}, on another CPU. */
    public final boolean queueOn(int cpu, Work work) {
        boolean flags = sched.localIrqSave();
        boolean claimed = work.claim();
        if (claimed) {
            noteQueued(work);
            tryEnqueue(work, cpu);
        }
        sched.localIrqRestore(flags);
        return claimed;
    }

    /**
     * Queues a work when {@code ticks} have passed; at once if they are 0.
     *
     * <p>Models {@code queue_delayed_work()}. Context: any. Sleeps: never.
     *
     * @return false if it is pending already, on its timer or on a queue: then nothing is done
     */
    public final boolean queueDelayed(DelayedWork work, long ticks) {
        boolean flags = sched.localIrqSave();
        boolean claimed = work.claim();
        if (claimed) {
            noteQueued(work);
            work.start(this, ticks);
        }
        sched.localIrqRestore(flags);
        return claimed;
    }

    /**
     * Sets the delay of a work anew, whether it is pending or not.
     *
     * <p>Models {@code mod_delayed_work()}. Context: any. Sleeps: never.
     *
     * @return whether it was pending
     */
    public final boolean modDelayed(DelayedWork work, long ticks) {
        int result = work.grab(0);
        if (result >= 0) {
            boolean flags = sched.localIrqSave();
            noteQueued(work);
            work.start(this, ticks);
            sched.localIrqRestore(flags);
        }
        return result != 0;
    }

    private void noteQueued(Work work) {
        CodeWatch watch = sched.codeWatch();
        if (watch != null) {
            watch.armed(CodeWatch.Kind.WORK, work, work.name(), work.function());
        }
    }

    /** Queues a work whose PENDING the caller holds. The caller has interrupts off. */
    final void enqueueHere(Work work) {
        tryEnqueue(work, sched.thisCpu().index());
    }

    private void tryEnqueue(Work work, int cpu) {
        if (destroyed) {
            sched.reportBroken(
                    "use after free: work on a destroyed workqueue", work + " on " + this);
            return;
        }
        if (queues.trace.isActive()) {
            queues.trace.emit(QUEUE, work.number, cpu, 0, work.name());
        }
        enqueue(work, cpu);
    }

    /** Models {@code __queue_work()}: the caller holds PENDING and has interrupts off. */
    abstract void enqueue(Work work, int cpu);

    /**
     * Waits until all works have ended that were queued before.
     *
     * <p>Models {@code flush_workqueue()}. Context: process; sleeps.
     */
    public abstract void flush();

    /**
     * Waits until the queue is empty. Until then only its own works may queue works on it.
     *
     * <p>Models {@code drain_workqueue()}. Context: process; sleeps.
     */
    public abstract void drain();

    /**
     * Drains the queue and ends it.
     *
     * <p>Models {@code destroy_workqueue()}. Context: process; sleeps. One with works that are
     * still queued then is reported, and leaks.
     */
    public final void destroy() {
        drain();
        if (isBusy()) {
            sched.reportBroken("destroy_workqueue(): the queue is busy", toString());
            return;
        }
        destroyed = true;
        end();
        queues.free(object, parts);
    }

    /** Whether works are queued or run. */
    abstract boolean isBusy();

    /** Ends its threads, where it has any of its own. */
    abstract void end();

    @Override
    public final String toString() {
        return "workqueue " + name;
    }
}
