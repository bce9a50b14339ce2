/**
 * Work queues: functions that run later, in the process context of kernel threads
 * (kernel/workqueue.c).
 *
 * <pre>
 * Workqueues                makes queues; the system's own
 *   Work, DelayedWork       what is to be done: struct work_struct, delayed_work
 *   Workqueue               a queue, of one of two kinds:
 *     ConcurrentWorkqueue   since 2.6.36: all queues share pools of workers
 *       PoolWorkqueue       a queue's share of one pool: its limit of active works, its flushes
 *       WorkerPool, Worker  one pool for each CPU, and one for works of any CPU
 *     ThreadedWorkqueue     before: each queue has a thread for each CPU, or one
 *       CpuWorkqueue        such a thread and its list
 * </pre>
 *
 * <p>A {@link WorkPlace} (a pool, or a thread's list) has the lock; it is taken with interrupts
 * off, innermost but for those of wait queues, and never held while a function runs. Workers are
 * started when they are first needed.
 *
 * <p>Not modelled: rescuers, high priority, CPU-intensive works, freezing.
 */
@NullMarked
package org.vkernel.emulator.workqueue;

import org.jspecify.annotations.NullMarked;
