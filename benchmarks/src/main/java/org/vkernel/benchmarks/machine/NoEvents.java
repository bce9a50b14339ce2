package org.vkernel.benchmarks.machine;

import com.google.common.collect.ImmutableList;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.Cpu;
import org.vkernel.emulator.sched.MachineEvents;
import org.vkernel.emulator.sched.Task;

/** Listens to a bare machine, and expects it to do nothing wrong. */
final class NoEvents implements MachineEvents {
    @Override
    public void switched(Cpu cpu, Task from, Task to) {}

    @Override
    public void chosen(ChoiceKind kind, int count, int answer, long step) {}

    @Override
    public void interrupted(Cpu cpu, int lines) {}

    @Override
    public void deadlock(String waits, ImmutableList<Task> culprits) {
        throw new IllegalStateException("deadlock:\n" + waits);
    }

    @Override
    public void stuck(String rule, String what, Task task, ImmutableList<Task> others) {
        throw new IllegalStateException(rule + ": " + what);
    }

    @Override
    public void softLockup(Task task) {
        throw new IllegalStateException("lockup of " + task);
    }

    @Override
    public void hung(String who, StackTraceElement[] stack) {
        throw new IllegalStateException(who + " hangs");
    }

    @Override
    public void broken(String rule, String what) {
        throw new IllegalStateException(rule + ": " + what);
    }

    @Override
    public void oops(Task task, Throwable thrown, boolean inInterrupt) {
        throw new IllegalStateException(thrown);
    }

    @Override
    public void leftBehind(Task task) {
        throw new IllegalStateException(task + " was left behind");
    }
}
