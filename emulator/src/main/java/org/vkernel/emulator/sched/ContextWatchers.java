package org.vkernel.emulator.sched;

import com.google.common.collect.ImmutableList;

/** Tells several. */
final class ContextWatchers implements ContextWatcher {
    private final ImmutableList<ContextWatcher> all;

    ContextWatchers(ContextWatcher first, ContextWatcher second) {
        all = ImmutableList.of(first, second);
    }

    @Override
    public void irqsOff(Task task) {
        for (ContextWatcher each : all) {
            each.irqsOff(task);
        }
    }

    @Override
    public void irqsOn(Task task) {
        for (ContextWatcher each : all) {
            each.irqsOn(task);
        }
    }

    @Override
    public void bottomHalvesOff(Task task) {
        for (ContextWatcher each : all) {
            each.bottomHalvesOff(task);
        }
    }

    @Override
    public void bottomHalvesOn(Task task) {
        for (ContextWatcher each : all) {
            each.bottomHalvesOn(task);
        }
    }

    @Override
    public void preemptionOff(Task task) {
        for (ContextWatcher each : all) {
            each.preemptionOff(task);
        }
    }

    @Override
    public void preemptionOn(Task task) {
        for (ContextWatcher each : all) {
            each.preemptionOn(task);
        }
    }

    @Override
    public void perCpuData(Task task) {
        for (ContextWatcher each : all) {
            each.perCpuData(task);
        }
    }

    @Override
    public void interruptBegins(Task task) {
        for (ContextWatcher each : all) {
            each.interruptBegins(task);
        }
    }

    @Override
    public void interruptEnds(Task task) {
        for (ContextWatcher each : all) {
            each.interruptEnds(task);
        }
    }

    @Override
    public void wakes(Task running, Task other) {
        for (ContextWatcher each : all) {
            each.wakes(running, other);
        }
    }

    @Override
    public void resumes(Task task) {
        for (ContextWatcher each : all) {
            each.resumes(task);
        }
    }

    @Override
    public void hostEnters(Task init) {
        for (ContextWatcher each : all) {
            each.hostEnters(init);
        }
    }

    @Override
    public void rcuReadBegins(Task task) {
        for (ContextWatcher each : all) {
            each.rcuReadBegins(task);
        }
    }

    @Override
    public void rcuReadEnds(Task task) {
        for (ContextWatcher each : all) {
            each.rcuReadEnds(task);
        }
    }

    @Override
    public void gracePeriodBegins(Task task) {
        for (ContextWatcher each : all) {
            each.gracePeriodBegins(task);
        }
    }

    @Override
    public void gracePeriodEnded(Task task) {
        for (ContextWatcher each : all) {
            each.gracePeriodEnded(task);
        }
    }

    @Override
    public void acquired(Task task, WatchedLock lock, int mode) {
        for (ContextWatcher each : all) {
            each.acquired(task, lock, mode);
        }
    }

    @Override
    public void released(Task task, WatchedLock lock, int mode) {
        for (ContextWatcher each : all) {
            each.released(task, lock, mode);
        }
    }

    @Override
    public void wants(Task task, WatchedLock lock, int mode) {
        for (ContextWatcher each : all) {
            each.wants(task, lock, mode);
        }
    }

    @Override
    public void leavesKernel(Task task) {
        for (ContextWatcher each : all) {
            each.leavesKernel(task);
        }
    }
}
