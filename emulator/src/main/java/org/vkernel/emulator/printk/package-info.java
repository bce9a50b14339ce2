/** The kernel's log: levels, the ring behind dmesg, rate limits (kernel/printk). */
@NullMarked
package org.vkernel.emulator.printk;

import org.jspecify.annotations.NullMarked;
