/**
 * The lock checker, which does lockdep's job: rules are broken long before they deadlock.
 *
 * <p>Locks of one name are one <i>class</i>. What was ever taken while what was held, and in which
 * contexts, is remembered for the kernel's whole life; a contradiction is reported when it first
 * appears, though no task waits for another.
 *
 * <p>A task that takes a second lock of a class names its nesting level ({@link
 * org.vkernel.emulator.locking.SpinLock#lockNested}), which makes a class of its own; else two of a
 * class in one hand are reported, since nothing says which comes first. A trylock never waits, so
 * it comes after nothing. What is held for reading keeps no reader in an interrupt waiting.
 *
 * <p>The orders are edges of a graph ({@link LockGraph}). An edge is looked for where a lock is
 * taken, which is one bit; only a new one is followed through the graph.
 *
 * <p>On the simulated machine only.
 */
@NullMarked
package org.vkernel.emulator.check.locks;

import org.jspecify.annotations.NullMarked;
