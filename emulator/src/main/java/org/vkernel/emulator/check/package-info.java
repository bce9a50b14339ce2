/** Bug reports, and the checkers that find broken rules of the kernel. */
@NullMarked
package org.vkernel.emulator.check;

import org.jspecify.annotations.NullMarked;
