package org.vkernel.emulator.time;

import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.irq.Softirqs;
import org.vkernel.emulator.sched.Cpu;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;

/** Every CPU's timers, and the interrupt and the softirq that run them. */
final class TimerBases {
    private static final TraceKind ENTRY =
            TraceKind.of("timer", "timer_expire_entry", "timer", "now", "");
    private static final TraceKind HR_ENTRY =
            TraceKind.of("timer", "hrtimer_expire_entry", "hrtimer", "now", "");

    final Scheduler sched;
    final Clock clock;
    final Trace trace;
    private final Softirqs softirqs;
    private final TimerBase[] bases;

    TimerBases(Scheduler sched, Clock clock, Softirqs softirqs, Trace trace) {
        this.sched = sched;
        this.clock = clock;
        this.softirqs = softirqs;
        this.trace = trace;
        this.bases = new TimerBase[sched.cpuCount()];
        for (int i = 0; i < bases.length; i++) {
            bases[i] = new TimerBase(sched, clock, sched.cpu(i));
        }
        sched.requestIrq(Scheduler.IRQ_TIMER, this::interrupt);
        softirqs.open(Softirqs.TIMER, this::runWheel);
    }

    TimerBase of(int cpu) {
        return bases[cpu];
    }

    /** This CPU's. The caller has interrupts or preemption off. */
    TimerBase here() {
        return bases[sched.thisCpu().index()];
    }

    /** How many timers are pending, on all CPUs. */
    int pendingCount() {
        int count = 0;
        for (TimerBase base : bases) {
            boolean flags = base.lock.lockIrqsave();
            count += base.wheel.size();
            base.lock.unlockIrqrestore(flags);
        }
        return count;
    }

    /** Models {@code hrtimer_interrupt()} and {@code run_local_timers()}. Context: hardirq. */
    private void interrupt(Cpu cpu) {
        TimerBase base = bases[cpu.index()];
        base.lock.lock();
        base.fired();
        long now = clock.ns();
        HrTimer timer;
        while ((timer = base.exact.first()) != null && timer.deadlineNs <= now) {
            runExact(base, timer, now);
        }
        if (base.claimSoftirq()) {
            softirqs.raiseIrqoff(Softirqs.TIMER);
        }
        base.program();
        base.lock.unlock();
    }

    /** Models {@code __run_hrtimer()}: the lock is held before and after, not during the call. */
    private void runExact(TimerBase base, HrTimer timer, long now) {
        base.exact.remove(timer);
        timer.noteDisarmed();
        base.runningExact = timer;
        base.lock.unlock();
        if (trace.isActive()) {
            trace.emit(HR_ENTRY, timer.number, now, 0, timer.name());
        }
        boolean restart = call(timer);
        base.lock.lock();
        if (restart && !timer.isQueued()) {
            base.exact.add(timer);
            timer.noteArmed();
        }
        base.runningExact = null;
    }

    private boolean call(HrTimer timer) {
        HrTimer.Function function = timer.function();
        CodeWatch watch = sched.codeWatch();
        if (watch == null) {
            return function.run(timer);
        }
        if (!watch.enter(CodeWatch.Kind.HRTIMER, timer, timer.name(), function)) {
            return false;
        }
        boolean restart = function.run(timer);
        watch.leave(function);
        return restart;
    }

    /** Models {@code __run_timers()}. Context: softirq. */
    private void runWheel(Cpu cpu) {
        TimerBase base = bases[cpu.index()];
        Task task = sched.current();
        boolean flags = base.lock.lockIrqsave();
        while (base.wheel.collect(clock.jiffies())) {
            Timer timer;
            while ((timer = base.wheel.nextDue()) != null) {
                expire(base, task, timer);
            }
        }
        base.softirqDone();
        base.lock.unlockIrqrestore(flags);
    }

    /**
     * Models {@code expire_timers()}: the timer is detached before its function runs, so that this
     * may arm it again. The lock is held before and after, not during the call.
     */
    private void expire(TimerBase base, Task task, Timer timer) {
        Timer.Function function = timer.function();
        timer.detach(base);
        if (function == null) {
            return;
        }
        base.running = timer;
        base.runner = task;
        if (timer.isIrqSafe()) {
            base.lock.unlock();
            call(task, timer, function);
            base.lock.lock();
        } else {
            base.lock.unlockIrqrestore(false);
            call(task, timer, function);
            boolean off = base.lock.lockIrqsave();
            assert !off : "the softirq ran with interrupts off";
        }
        base.running = null;
        base.runner = null;
    }

    private void call(Task task, Timer timer, Timer.Function function) {
        if (trace.isActive()) {
            trace.emit(ENTRY, timer.number, clock.jiffies(), 0, timer.name());
        }
        CodeWatch watch = sched.codeWatch();
        if (watch != null && !watch.enter(CodeWatch.Kind.TIMER, timer, timer.name(), function)) {
            return;
        }
        int before = task.preemptCount();
        function.run(timer);
        if (watch != null) {
            watch.leave(function);
        }
        int after = task.preemptCount();
        if (after != before) {
            task.preemptCountAdd(before - after);
            sched.reportBrokenInContext(
                    "timer leaked preempt_count",
                    String.format(
                            "%s entered with preempt_count %#x, exited with %#x",
                            timer.name(), before, after));
        }
    }
}
