package org.vkernel.testmodules.property.timing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.trace.TraceEvent;

/** What a run of {@link Timing} showed. Times are numbers of what was noted before. */
final class TimingSeen implements Consumer<TraceEvent> {
    /** What was done to a timer. */
    enum Deed {
        ARM,
        DEL,
        FIRE
    }

    /**
     * A deed.
     *
     * @param jiffies the clock at its begin
     * @param expires what it was armed for
     * @param waits whether the deletion waits for the function
     */
    record Event(Deed deed, int begin, int end, long jiffies, long expires, boolean waits) {}

    private final VirtualKernel kernel;
    final Map<Integer, List<Event>> timers = new HashMap<>();

    /** What was broken on the spot, as kind and detail. */
    final List<Map.Entry<String, String>> broken = new ArrayList<>();

    /** How often each task is in an atomic allocation. */
    private final Map<Integer, Integer> atomic = new HashMap<>();

    /** How many softirqs this workload runs on each CPU. */
    private final int[] depth;

    private int now;

    TimingSeen(VirtualKernel kernel) {
        this.kernel = kernel;
        this.depth = new int[kernel.config().cpus()];
    }

    int now() {
        return now++;
    }

    void note(int timer, Deed deed, int begin, long jiffies, long expires, boolean waits) {
        timers.computeIfAbsent(timer, all -> new ArrayList<>())
                .add(new Event(deed, begin, now++, jiffies, expires, waits));
    }

    void enterSoftirq(String who) {
        Task task = kernel.sched().current();
        int cpu = task.cpu().index();
        if (depth[cpu]++ != 0) {
            broken.add(Map.entry("a softirq inside a softirq", who + " on CPU " + cpu));
        }
        if (!kernel.sched().inServingSoftirq()) {
            broken.add(Map.entry("not in softirq context", who));
        }
    }

    void leaveSoftirq() {
        depth[kernel.sched().current().cpu().index()]--;
    }

    void beginAtomic() {
        atomic.merge(kernel.sched().current().pid(), 1, Integer::sum);
    }

    void endAtomic() {
        atomic.merge(kernel.sched().current().pid(), -1, Integer::sum);
    }

    @Override
    public void accept(TraceEvent event) {
        if (event.kind().name().equals("sched_switch")
                && event.third() != TaskState.RUNNING
                && atomic.getOrDefault((int) event.first(), 0) != 0) {
            broken.add(Map.entry("an atomic allocation sleeps", "task " + event.first()));
        }
    }
}
