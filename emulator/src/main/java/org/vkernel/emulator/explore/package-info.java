/** Strategies: what answers the simulated machine's choices. */
@NullMarked
package org.vkernel.emulator.explore;

import org.jspecify.annotations.NullMarked;
