/**
 * {@code vkernel bench}: the same workloads on vkernel's two machines, on the host's real kernel
 * and in plain Java, measured side by side in one process, in interleaved rounds.
 */
@NullMarked
package org.vkernel.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
