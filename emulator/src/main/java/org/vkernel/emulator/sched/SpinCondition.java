package org.vkernel.emulator.sched;

/**
 * What a CPU spins for. Asked by the machine while it looks for a CPU that can go on, so it must
 * neither change anything nor be a point itself.
 */
public interface SpinCondition {
    /** Whether {@code task} could go on now. */
    boolean isReady(Task task);

    /** When it comes true by itself, on the clock of the CPU that spins. */
    default long deadlineNs() {
        return Cpu.NEVER;
    }

    /** What is waited for, in words for a report: {@code "spinlock nl_table_lock"}. */
    String describeWait();
}
