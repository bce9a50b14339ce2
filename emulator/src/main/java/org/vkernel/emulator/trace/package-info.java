/**
 * Trace events: one typed stream of all that happens in a kernel, with virtual time, CPU, task and
 * context. The fingerprint, text exports and the picture by CPUs ({@link
 * org.vkernel.emulator.trace.ColumnTrace}) read it.
 */
@NullMarked
package org.vkernel.emulator.trace;

import org.jspecify.annotations.NullMarked;
