/**
 * {@code vkernel bench}: the same workloads on vkernel's two machines, on the host's real kernel
 * and in plain Java, measured side by side in one process, in interleaved rounds. Each of the
 * machines has its own copy of all classes, so that the JIT compiler's profiles of one do not slow
 * down the other ({@link org.vkernel.benchmarks.compare.ColumnClasses}).
 */
@NullMarked
package org.vkernel.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
