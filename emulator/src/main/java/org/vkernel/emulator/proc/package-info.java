/** Procfs: text files that show the kernel's state (fs/proc). */
@NullMarked
package org.vkernel.emulator.proc;

import org.jspecify.annotations.NullMarked;
