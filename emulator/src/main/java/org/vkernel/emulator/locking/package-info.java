/**
 * Locks, wait queues, reference counts, RCU and per-CPU data (kernel/locking, kernel/rcu).
 *
 * <p>Each is written once for both machines. Taking, releasing and waking are points.
 */
@NullMarked
package org.vkernel.emulator.locking;

import org.jspecify.annotations.NullMarked;
