/**
 * The data-race checker, which does KCSAN's job: vector clocks in place of luck.
 *
 * <p>Each task, and each CPU's hardirq and softirq context, is a {@link
 * org.vkernel.emulator.check.races.Strand} with a vector clock. Two accesses race if they are to
 * one place, from two strands, one of them a write and one of them plain, and nothing orders them:
 *
 * <ul>
 *   <li>locks: what was done before the release is ordered before what follows the next acquire;
 *   <li>marked accesses and atomics: a reader of what was written comes after its writer;
 *   <li>starting and waking a task; the end of a read section and that of the grace period that
 *       waited for it;
 *   <li>disabled interrupts and bottom halves: the handlers that they keep off this CPU. A task
 *       that has not disabled them is not ordered with a handler, though it is on the same CPU;
 *   <li>disabled preemption: other users of the same CPU's data.
 * </ul>
 *
 * <p>A context switch orders nothing: else only accesses at one instant could race.
 *
 * <p>Differs from Linux: its memory model lets {@code READ_ONCE()} and {@code WRITE_ONCE()} order
 * nothing but by dependencies. Here they acquire and release, as the emulator's types do on the
 * parallel machine, so a race is missed where such an access is taken for a barrier. Against that,
 * KCSAN finds a race only when both accesses happen at one time.
 */
@NullMarked
package org.vkernel.emulator.check.races;

import org.jspecify.annotations.NullMarked;
