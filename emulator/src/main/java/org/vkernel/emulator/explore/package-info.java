/**
 * Strategies, which answer the simulated machine's choices, and what runs a program under many of
 * them.
 *
 * <pre>
 *     RandomWalk, RoundRobin, Pct, Pos     one schedule from a seed
 *     DepthFirstSearch                     all schedules, one after the other
 *     PartialOrderSearch                   one of each kind: the order of independent steps is left
 *     StepTrace                            its view of a run: who touched what before whom
 *     ReplaySchedule, SparseSchedule       one that is known
 *     Shrinker                             makes one that fails smaller
 *     ReplayToken                          one as a short text
 *     Narrator                             says in a picture who had to stop where
 * </pre>
 */
@NullMarked
package org.vkernel.emulator.explore;

import org.jspecify.annotations.NullMarked;
