/**
 * The property kit: what tests of one's own modules and protocols are written with.
 *
 * <pre>
 *     Schedules              a JUnit test that runs under many schedules
 *     SchedulesExtension     runs it
 *     ScheduledTest          one such test as a program: boots, calls, closes
 *     EveryAllocation        some work, with each of its allocations failing in turn
 * </pre>
 */
@NullMarked
package org.vkernel.testmodules.property;

import org.jspecify.annotations.NullMarked;
