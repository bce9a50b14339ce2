/** A process that listens to process events, and processes that make some of each kind. */
@NullMarked
package org.vkernel.testmodules.procmon;

import org.jspecify.annotations.NullMarked;
