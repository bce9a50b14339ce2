/**
 * Tasks, CPUs and contexts, and the two machines that execute a kernel.
 *
 * <p>{@link org.vkernel.emulator.sched.Scheduler} is what kernel code calls. Under it, {@link
 * org.vkernel.emulator.sched.SimMachine} runs one task at a time and asks a {@link
 * org.vkernel.emulator.sched.Strategy} at each point; the parallel machine runs tasks on virtual
 * threads, each with a CPU slot while it is in the kernel.
 *
 * <pre>
 * Scheduler ── SimMachine | ParallelMachine
 *   ├─ Cpu[] ── current, run queue, idle task, pending interrupts
 *   └─ Task ── preempt_count, state, thread
 * </pre>
 *
 * <p>Not modelled: priorities, time slices, load balancing beyond an idle CPU taking a waiting
 * task, CPU hotplug. Read Task, Cpu, Scheduler, then SimMachine.
 */
@NullMarked
package org.vkernel.emulator.sched;

import org.jspecify.annotations.NullMarked;
