/**
 * The lock checker, which does lockdep's job: rules are broken long before they deadlock.
 *
 * <p>Locks of one name are one <i>class</i>. What was ever taken while what was held, and in which
 * contexts, is remembered for the kernel's whole life; a contradiction is reported when it first
 * appears, though no task waits for another.
 *
 * <p>On the simulated machine only. Not modelled: subclasses ({@code spin_lock_nested()}), so two
 * locks of one class that are held at once say nothing. A trylock never waits, so it comes after
 * nothing.
 */
@NullMarked
package org.vkernel.emulator.check.locks;

import org.jspecify.annotations.NullMarked;
