package org.vkernel.emulator;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.KnownCounterExamples;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.check.locks.LockChecker;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.Cpu;
import org.vkernel.emulator.sched.MachineEvents;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.trace.TraceKind;

/** Turns what a kernel's machine tells into trace events and bug reports. */
final class KernelEvents implements MachineEvents {
    private static final TraceKind SWITCH =
            TraceKind.of("sched", "sched_switch", "prev_pid", "next_pid", "prev_state");
    private static final TraceKind CHOICE =
            TraceKind.of("machine", "choice", "step", "count", "answer");
    private static final TraceKind IRQ = TraceKind.of("irq", "irq_handler", "lines", "", "");

    private static final String DEADLOCK = "deadlock: every task waits, and no timer is pending";

    private final VirtualKernel kernel;
    private boolean taskLeftBehind;

    KernelEvents(VirtualKernel kernel) {
        this.kernel = kernel;
    }

    /** Whether a task's thread may still be in the kernel's or a module's code after the end. */
    boolean isTaskLeftBehind() {
        return taskLeftBehind;
    }

    @Override
    public void switched(Cpu cpu, Task from, Task to) {
        kernel.trace().emit(SWITCH, from.pid(), to.pid(), from.state());
    }

    @Override
    public void chosen(ChoiceKind kind, int count, int answer, long step) {
        kernel.trace().emit(CHOICE, step, count, answer);
    }

    @Override
    public void interrupted(Cpu cpu, int lines) {
        if (kernel.trace().isActive()) {
            kernel.trace().emit(IRQ, lines, 0, 0);
        }
    }

    @Override
    public void deadlock(String waits, ImmutableList<Task> culprits) {
        kernel.report(DEADLOCK, waits, List.of(), places(culprits));
        kernel.sched().halt();
    }

    @Override
    public void stuck(String rule, String what, Task task, ImmutableList<Task> others) {
        ImmutableList.Builder<BugReport.Place> places = ImmutableList.builder();
        places.addAll(LockChecker.places(task));
        places.addAll(places(others));
        kernel.reportOf(task, rule, what, places.build());
    }

    /** Where tasks that do not run are, and what they hold. */
    private static ImmutableList<BugReport.Place> places(List<Task> tasks) {
        ImmutableList.Builder<BugReport.Place> places = ImmutableList.builder();
        for (Task task : tasks) {
            places.add(new BugReport.Place(task + " waits", StackTraces.of(task.stack())));
            places.addAll(LockChecker.places(task));
        }
        return places.build();
    }

    @Override
    public void softLockup(Task task) {
        SimMachine sim = kernel.sched().sim();
        long step = sim == null ? 0 : sim.step();
        kernel.report(
                "soft lockup",
                task.cpu() + " stuck in " + task + " at step " + step,
                StackTraces.here(),
                false);
    }

    @Override
    public void hung(String who, StackTraceElement[] stack) {
        taskLeftBehind = true;
        kernel.report(
                "hung task",
                who
                        + " passed no point for "
                        + kernel.config().hangMillis()
                        + " ms of real time: it loops outside of the kernel, or waits for the host",
                StackTraces.of(stack),
                false);
    }

    @Override
    public void broken(String rule, String what) {
        kernel.report(rule, what, StackTraces.here(), KnownCounterExamples.isKnown(rule, what));
    }

    @Override
    public void brokenInContext(String rule, String what) {
        kernel.report(rule, what, LockChecker.places(kernel.sched().current()));
    }

    @Override
    public void oops(Task task, Throwable thrown, boolean inInterrupt) {
        kernel.report(
                (inInterrupt ? "kernel panic: " : "Oops: ") + thrown.getClass().getName(),
                String.valueOf(thrown.getMessage()),
                StackTraces.of(thrown),
                false);
        if (inInterrupt) {
            kernel.sched().halt();
        }
    }

    @Override
    public void leftBehind(Task task) {
        taskLeftBehind = true;
        kernel.printk()
                .write(LogLevel.ALERT, task + " swallowed the end of the run and was left behind");
    }
}
