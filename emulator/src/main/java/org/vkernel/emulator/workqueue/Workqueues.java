package org.vkernel.emulator.workqueue;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Limits;
import org.vkernel.emulator.locking.WaitQueue;
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

    private final boolean hasPools;
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
     * {@code alloc_workqueue()}. Context: process.
     *
     * @param maxActive works that may run at once, for each CPU where it is bound; 0: Linux's
     *     default. Where each queue has threads of its own, it is 1 for each thread.
     */
    public Workqueue alloc(String name, Kind kind, int maxActive) {
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

    /** {@code create_workqueue()}: one work at a time on each CPU. */
    public Workqueue create(String name) {
        return alloc(name, Kind.BOUND, 1);
    }

    /** {@code create_singlethread_workqueue()}: one work at a time, in order. */
    public Workqueue createSinglethread(String name) {
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
        return queue != null ? queue : publish(system, alloc("events", Kind.BOUND, 0));
    }

    /** {@code system_unbound_wq}. */
    public Workqueue systemUnbound() {
        Workqueue queue = systemUnbound.rcuDereference();
        return queue != null
                ? queue
                : publish(systemUnbound, alloc("events_unbound", Kind.UNBOUND, 0));
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
