package org.vkernel.emulator.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.explore.StepTrace.Footprint;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.Cpu;
import org.vkernel.emulator.sched.Task;

/** A question on the current path of a {@link PartialOrderSearch}. */
final class PathChoice {
    final int count;

    /** For a question about who goes on the process of each alternative; else null. */
    final int @Nullable [] processes;

    /** Alternatives that are not to be tried: they would only wait. */
    final boolean[] blocked;

    int answer;

    // Sets of processes, a bit each.
    long enabled;
    long toTry;
    long tried;
    long asleep;
    long idle;

    /** What processes touch that need not be tried: their next steps have been, elsewhere. */
    List<Footprint> sleepers = List.of();

    /** What the processes have touched that were tried here. */
    final List<Footprint> done = new ArrayList<>();

    /** What the process has touched that is being tried. */
    @Nullable Footprint current;

    /** The step that was chosen here, in the current run; -1: not begun. */
    int step = -1;

    PathChoice(int count, int @Nullable [] processes) {
        this.count = count;
        this.processes = processes;
        this.blocked = new boolean[count];
    }

    int process() {
        return processes == null ? -1 : processes[answer];
    }

    /** The next alternative of {@code process} from {@code from} on that is to be tried, or -1. */
    int alternative(int process, int from) {
        for (int i = from; i < count; i++) {
            if (processes != null && processes[i] == process && !blocked[i]) {
                return i;
            }
        }
        return -1;
    }

    /** Goes on to the next alternative that is to be tried; false if there is none. */
    boolean advance() {
        if (processes == null) {
            return ++answer < count;
        }
        int process = process();
        int more = alternative(process, answer + 1);
        if (more < 0) {
            tried |= 1L << process;
            if (current != null) {
                done.add(current);
                current = null;
            }
            long left = toTry & enabled & ~tried & ~asleep;
            if (left == 0) {
                return false;
            }
            more = alternative(Long.numberOfTrailingZeros(left), 0);
        }
        answer = more;
        return true;
    }

    /**
     * A question about who goes on.
     *
     * @param holders who holds each spinlock
     */
    static PathChoice among(int count, Alternatives view, Map<Long, Task> holders) {
        int[] processes = new int[count];
        PathChoice choice = new PathChoice(count, processes);
        for (int i = 0; i < count; i++) {
            Task task = view.task(i);
            if (task == null) {
                processes[i] = StepTrace.TIME;
                choice.toTry |= 1L << StepTrace.TIME;
            } else {
                processes[i] = task.cpu().index() + 1;
                choice.blocked[i] = !view.isInterrupt(i) && waits(task, view, i, holders);
                if ((task.flags() & Task.PF_IDLE) != 0 && !view.isInterrupt(i)) {
                    choice.idle |= 1L << processes[i];
                }
            }
            if (!choice.blocked[i]) {
                choice.enabled |= 1L << processes[i];
            }
        }
        return choice;
    }

    /** Whether the alternative would only spin for a lock. */
    private static boolean waits(
            Task task, Alternatives view, int alternative, Map<Long, Task> holders) {
        boolean isFree = (task.flags() & Task.PF_IDLE) != 0 && task.preemptCount() == 0;
        if (isFree || view.access(alternative) != Access.LOCK) {
            return false;
        }
        boolean isCurrent = alternative == 0 || task.cpu() != cpuOf(view);
        Task holder = holders.get(view.object(alternative));
        return isCurrent && holder != null && holder != task;
    }

    private static @Nullable Cpu cpuOf(Alternatives view) {
        Task task = view.task(0);
        return task == null ? null : task.cpu();
    }
}
