package org.vkernel.emulator.workqueue;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Limits;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.SharedRef;
import org.vkernel.emulator.time.Timers;
import org.vkernel.emulator.trace.Trace;

/**
 * A kernel's work queues. Which kind they are of is the profile's: since 2.6.36 all share pools of
 * workers, before each had threads of its own.
 */
public final class Workqueues {
    /** Whether and how a queue's works are bound to CPUs. */
    public enum Kind {
        /** Each work runs on the CPU that queued it. */
        BOUND,
        /** {@code WQ_UNBOUND}: on any CPU. */
        UNBOUND,
        /** {@code alloc_ordered_workqueue()}: on any CPU, one at a time, in order. */
        ORDERED
    }

    /** The pools, made when the first queue is. */
    private record Pools(WorkerPool[] bound, WorkerPool[] unbound) {}

    final Scheduler sched;
    final Timers timers;
    final Trace trace;

    /** Those who wait for another's cancelling to end. */
    final WaitQueue cancelled;

    /** {@code sizeof(struct workqueue_struct)}. */
    private static final int QUEUE_BYTES = 512;

    /** {@code sizeof(struct pool_workqueue)}. */
    private static final int PART_BYTES = 256;

    private final boolean hasPools;
    private volatile @Nullable Memory memory;
    private final SharedRef<Pools> pools;
    private final SharedRef<Workqueue> system;
    private final SharedRef<Workqueue> systemUnbound;

    /**
     * Makes a kernel's work queues; starts nothing.
     *
     * @param hasPools whether queues share pools of workers
     */
    public Workqueues(Scheduler sched, Timers timers, Trace trace, boolean hasPools) {
        this.sched = sched;
        this.timers = timers;
        this.trace = trace;
        this.hasPools = hasPools;
        this.cancelled = new WaitQueue(sched, "another's cancelling of a work to end");
        this.pools = new SharedRef<>(sched, null);
        this.system = new SharedRef<>(sched, null);
        this.systemUnbound = new SharedRef<>(sched, null);
    }

    boolean hasPools() {
        return hasPools;
    }

    // ---- Making queues -----------------------------------------------------------------------

    /**
     * {@code alloc_workqueue()}. Context: process; may sleep.
     *
     * @param maxActive works that may run at once, for each CPU where it is bound; 0: Linux's
     *     default. Where each queue has threads of its own, it is 1 for each thread.
     * @return null if there is no memory
     */
    public @Nullable Workqueue alloc(String name, Kind kind, int maxActive) {
        Memory from = memory;
        if (from == null) {
            return make(name, kind, maxActive);
        }
        int object = from.kmalloc(QUEUE_BYTES, GfpMask.KERNEL);
        if (object == 0) {
            return null;
        }
        // One part for each CPU, whatever the kind.
        int parts = from.kmalloc((long) PART_BYTES * sched.cpuCount(), GfpMask.KERNEL);
        if (parts == 0) {
            from.kfree(object);
            return null;
        }
        Workqueue queue = make(name, kind, maxActive);
        queue.setObjects(object, parts);
        return queue;
    }

    /** Frees an ended queue's objects, by their numbers. */
    void free(int object, int parts) {
        Memory from = memory;
        if (from != null) {
            from.kfree(parts);
            from.kfree(object);
        }
    }

    /** From now on, as the kernel has booted, queues are made of memory. */
    public void setMemory(Memory value) {
        memory = value;
    }

    private Workqueue make(String name, Kind kind, int maxActive) {
        if (!hasPools) {
            return new ThreadedWorkqueue(this, name, kind != Kind.BOUND);
        }
        Pools all = pools();
        int limit = maxActive == 0 ? Limits.WORKQUEUE_DEFAULT_ACTIVE : maxActive;
        return new ConcurrentWorkqueue(
                this,
                name,
                kind == Kind.BOUND ? all.bound : all.unbound,
                kind == Kind.ORDERED ? 1 : Math.min(limit, Limits.WORKQUEUE_MAX_ACTIVE));
    }

    /** {@code create_workqueue()}: one work at a time on each CPU; null without memory. */
    public @Nullable Workqueue create(String name) {
        return alloc(name, Kind.BOUND, 1);
    }

    /**
     * {@code create_singlethread_workqueue()}: one work at a time, in order; null without memory.
     */
    public @Nullable Workqueue createSinglethread(String name) {
        return alloc(name, Kind.ORDERED, 1);
    }

    private Pools pools() {
        Pools made = pools.rcuDereference();
        if (made == null) {
            WorkerPool[] bound = new WorkerPool[sched.cpuCount()];
            for (int i = 0; i < bound.length; i++) {
                bound[i] = new WorkerPool(sched, trace, sched.cpu(i));
            }
            WorkerPool[] unbound = {new WorkerPool(sched, trace, null)};
            made = publish(pools, new Pools(bound, unbound));
        }
        return made;
    }

    private static <T> T publish(SharedRef<T> where, T fresh) {
        if (where.compareAndSet(null, fresh)) {
            return fresh;
        }
        @Nullable T other = where.rcuDereference();
        return other == null ? fresh : other;
    }

    // ---- The system's own ----------------------------------------------------------------------

    /** {@code system_wq}; before 2.6.36 {@code keventd_wq}. */
    public Workqueue system() {
        Workqueue queue = system.rcuDereference();
        return queue != null ? queue : publish(system, make("events", Kind.BOUND, 0));
    }

    /** {@code system_unbound_wq}. */
    public Workqueue systemUnbound() {
        Workqueue queue = systemUnbound.rcuDereference();
        return queue != null
                ? queue
                : publish(systemUnbound, make("events_unbound", Kind.UNBOUND, 0));
    }

    /** {@code schedule_work()}: false if it is pending already. Context: any. Sleeps: never. */
    public boolean schedule(Work work) {
        return system().queue(work);
    }

    /** {@code schedule_delayed_work()}. Context: any. Sleeps: never. */
    public boolean scheduleDelayed(DelayedWork work, long ticks) {
        return system().queueDelayed(work, ticks);
    }

    /** {@code flush_scheduled_work()}. Context: process; sleeps. */
    public void flushScheduled() {
        system().flush();
    }
}
