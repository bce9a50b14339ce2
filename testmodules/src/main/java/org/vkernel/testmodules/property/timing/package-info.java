/**
 * Timers, tasklets and allocations in every context, on all CPUs at once: what runs when, and never
 * within what (property 12).
 */
@NullMarked
package org.vkernel.testmodules.property.timing;

import org.jspecify.annotations.NullMarked;
