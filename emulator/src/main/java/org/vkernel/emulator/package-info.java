/**
 * The kernel without networking: what executes it, and what every subsystem above stands on.
 *
 * <p>Tasks and CPUs, preemption and interrupts, locks, RCU, timers, softirqs, workqueues, memory,
 * sk_buffs, the common part of sockets, modules, printk, procfs, trace events, fault injection and
 * the checkers, each in a package that bears the name kernel people know it by; and the exploration
 * of schedules, and historical bugs that a kernel can be booted with. Kernel code is written once
 * against these primitives; a machine, simulated or parallel, executes it. Nothing here knows of a
 * protocol family: those register themselves from the modules above.
 */
@NullMarked
package org.vkernel.emulator;

import org.jspecify.annotations.NullMarked;
