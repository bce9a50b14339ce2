/**
 * The property suite: what must hold in every run, each a sentence, and the machinery that looks
 * for a run in which it does not.
 *
 * <pre>
 *   PropertySuite                      all of it, by name
 *     -> Workload                      draws a plan (actions) from a seed, does it, notes what it saw
 *     -> KernelProperty                one sentence about what a workload saw
 *     -> KnownExamples                 what Linux itself breaks
 *   Hunt                               many trials, until one fails
 *     -> Trial                         one setting, plan and strategy: a program for every explorer
 *          Setting, Strain, Burden     on which kernel, and what makes its life harder
 *     -> Finding                       what failed, after how many trials, and the token
 *          FindingText, PlanShrinker   made small, and shown
 * </pre>
 *
 * <p>A hunt of a historical bug is {@code new Hunt(PropertySuite.all(), Trials.of(...))}: see
 * {@link org.vkernel.testmodules.property.suite.Hunt}.
 */
@NullMarked
package org.vkernel.testmodules.property.suite;

import org.jspecify.annotations.NullMarked;
