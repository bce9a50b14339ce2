/** What the machines cost: points, switches, whole runs. */
@NullMarked
package org.vkernel.benchmarks.machine;

import org.jspecify.annotations.NullMarked;
