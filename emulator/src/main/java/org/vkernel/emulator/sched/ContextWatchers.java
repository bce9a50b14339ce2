package org.vkernel.emulator.sched;

/** Tells two, by turns. */
final class ContextWatchers implements ContextWatcher {
    private final ContextWatcher first;
    private final ContextWatcher second;

    ContextWatchers(ContextWatcher first, ContextWatcher second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public void irqsOff(Task task) {
        first.irqsOff(task);
        second.irqsOff(task);
    }

    @Override
    public void irqsOn(Task task) {
        first.irqsOn(task);
        second.irqsOn(task);
    }

    @Override
    public void bottomHalvesOff(Task task) {
        first.bottomHalvesOff(task);
        second.bottomHalvesOff(task);
    }

    @Override
    public void bottomHalvesOn(Task task) {
        first.bottomHalvesOn(task);
        second.bottomHalvesOn(task);
    }

    @Override
    public void preemptionOff(Task task) {
        first.preemptionOff(task);
        second.preemptionOff(task);
    }

    @Override
    public void preemptionOn(Task task) {
        first.preemptionOn(task);
        second.preemptionOn(task);
    }

    @Override
    public void perCpuData(Task task) {
        first.perCpuData(task);
        second.perCpuData(task);
    }

    @Override
    public void interruptBegins(Task task) {
        first.interruptBegins(task);
        second.interruptBegins(task);
    }

    @Override
    public void interruptEnds(Task task) {
        first.interruptEnds(task);
        second.interruptEnds(task);
    }

    @Override
    public void wakes(Task running, Task other) {
        first.wakes(running, other);
        second.wakes(running, other);
    }

    @Override
    public void resumes(Task task) {
        first.resumes(task);
        second.resumes(task);
    }

    @Override
    public void hostEnters(Task init) {
        first.hostEnters(init);
        second.hostEnters(init);
    }

    @Override
    public void rcuReadBegins(Task task) {
        first.rcuReadBegins(task);
        second.rcuReadBegins(task);
    }

    @Override
    public void rcuReadEnds(Task task) {
        first.rcuReadEnds(task);
        second.rcuReadEnds(task);
    }

    @Override
    public void gracePeriodBegins(Task task) {
        first.gracePeriodBegins(task);
        second.gracePeriodBegins(task);
    }

    @Override
    public void gracePeriodEnded(Task task) {
        first.gracePeriodEnded(task);
        second.gracePeriodEnded(task);
    }

    @Override
    public void acquired(Task task, WatchedLock lock, int mode) {
        first.acquired(task, lock, mode);
        second.acquired(task, lock, mode);
    }

    @Override
    public void released(Task task, WatchedLock lock, int mode) {
        first.released(task, lock, mode);
        second.released(task, lock, mode);
    }

    @Override
    public void wants(Task task, WatchedLock lock, int mode) {
        first.wants(task, lock, mode);
        second.wants(task, lock, mode);
    }

    @Override
    public void leavesKernel(Task task) {
        first.leavesKernel(task);
        second.leavesKernel(task);
    }
}
