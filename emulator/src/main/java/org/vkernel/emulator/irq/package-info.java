/** Softirq vectors, {@code ksoftirqd} and tasklets (kernel/softirq.c). */
@NullMarked
package org.vkernel.emulator.irq;

import org.jspecify.annotations.NullMarked;
