/**
 * The property kit: what tests of one's own modules and protocols are written with.
 *
 * <pre>
 *     Schedules              a JUnit test that runs under many schedules
 *     SchedulesExtension     runs it
 *     ScheduledTest          one such test as a program: boots, calls, closes
 *     EveryAllocation        some work, with each of its allocations failing in turn
 *     VkernelDomain          a jqwik domain: machines, schedules, fault plans, ids, messages, ...
 *       VkernelArbitraries   the same, to be changed and combined
 *       Machine, Interleavings, TrafficPlan
 *       ScheduledFailure     what a body that fails under a schedule throws
 * </pre>
 */
@NullMarked
package org.vkernel.testmodules.property;

import org.jspecify.annotations.NullMarked;
