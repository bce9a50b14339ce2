/**
 * Time: the clock and jiffies, the timer wheel, exact timers, and sleeping (kernel/time).
 *
 * <pre>
 * Clock                     ns since boot, jiffies, conversions
 * Timers                    the wheel's API: setup, sleeping by ticks
 *   Timer                   struct timer_list
 * HrTimers                  exact timers' API, sleeping by nanoseconds
 *   HrTimer                 struct hrtimer
 * TimerBases                the timer interrupt and the TIMER softirq
 *   TimerBase (per CPU)     the lock, what is due next, the CPU's clock event
 *     TimerWheel            buckets of timers, by levels of coarser and coarser ticks
 *     HrTimerQueue          exact deadlines in order
 * </pre>
 *
 * <p>The kernel is tickless: a CPU's clock event is programmed for the earliest of its timers, and
 * a CPU without any takes no interrupt. Jiffies follow from the clock, so nobody counts them.
 *
 * <p>Lock order: {@code TimerBase.lock} is innermost, taken with interrupts off, and never held
 * while a timer's function runs; no two bases are locked at once.
 *
 * <p>Differs from Linux: a CPU's wheel and its exact timers share one lock, since both program the
 * one clock event; there is one wheel per CPU, not one more for timers that may come late; a timer
 * is armed on the CPU that arms it, idle or not.
 */
@NullMarked
package org.vkernel.emulator.time;

import org.jspecify.annotations.NullMarked;
