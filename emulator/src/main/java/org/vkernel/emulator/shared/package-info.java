/**
 * Memory that several tasks see: integers, pointers, lists, tables and bitmaps whose accesses are
 * points of the simulated machine.
 *
 * <p>Kernel code holds such memory in these types, lock or no lock, so that a missing lock can be
 * seen. A plain field belongs to one context. On the parallel machine a plain access is one of
 * Java's, and the forms named after {@code READ_ONCE()}, {@code WRITE_ONCE()} and RCU are ordered.
 */
@NullMarked
package org.vkernel.emulator.shared;

import org.jspecify.annotations.NullMarked;
