package org.vkernel.emulator.sched;

/** What runs when an interrupt line is asserted; in hardirq context, interrupts off. */
@FunctionalInterface
public interface IrqHandler {
    /** Context: hardirq. Sleeps: never. */
    void handle(Cpu cpu);
}
