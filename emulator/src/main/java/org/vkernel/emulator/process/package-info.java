/** User processes: identity, descriptors, signals, exit (kernel/fork.c, exit.c, signal.c). */
@NullMarked
package org.vkernel.emulator.process;

import org.jspecify.annotations.NullMarked;
