/** Kernel threads that can be told to stop (kernel/kthread.c). */
@NullMarked
package org.vkernel.emulator.kthread;

import org.jspecify.annotations.NullMarked;
