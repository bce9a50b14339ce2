package org.vkernel.emulator.sched;

import com.google.common.collect.ImmutableList;
import com.google.common.graph.ElementOrder;
import com.google.common.graph.GraphBuilder;
import com.google.common.graph.MutableGraph;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for what and for whom on the simulated machine, for reports: a picture of one moment.
 */
final class Waits {
    private final ImmutableList<Task> blocked;

    /** From each task that waits to those that it waits for. */
    private final MutableGraph<Task> graph =
            GraphBuilder.directed()
                    .allowsSelfLoops(true)
                    .nodeOrder(ElementOrder.<Task>insertion())
                    .incidentEdgeOrder(ElementOrder.<Task>stable())
                    .build();

    /**
     * Takes the picture.
     *
     * @param tasks all tasks, init and the idle ones included
     */
    Waits(List<Task> tasks, Cpu[] cpus) {
        ImmutableList.Builder<Task> found = ImmutableList.builder();
        for (Task task : tasks) {
            if (isBlocked(task)) {
                found.add(task);
                holders(task).forEach(holder -> graph.putEdge(task, holder));
            } else if (task.queued) {
                addCpus(task, cpus);
            }
        }
        blocked = found.build();
    }

    /** A task that could run waits for a CPU: for all, or for the one that it must run on. */
    private void addCpus(Task task, Cpu[] cpus) {
        for (Cpu cpu : cpus) {
            boolean mayRunThere = task.pinnedCpu < 0 || task.pinnedCpu == cpu.index();
            if (mayRunThere && cpu.current.spinningFor != null) {
                graph.putEdge(task, cpu.current);
            }
        }
    }

    private static boolean isBlocked(Task task) {
        return task.spinningFor != null || task.state() != TaskState.RUNNING;
    }

    private static @Nullable Object target(Task task) {
        SpinCondition condition = task.spinningFor;
        return condition != null ? condition : task.waitsOn;
    }

    private static List<Task> holders(Task task) {
        return target(task) instanceof WaitTarget target ? target.holders() : List.of();
    }

    /** All that wait, and before them the cycles among them. */
    String describe() {
        StringBuilder text = new StringBuilder();
        for (List<Task> cycle : cycles()) {
            describe(text, cycle);
        }
        for (Task task : blocked) {
            text.append(describe(task)).append('\n');
        }
        return text.toString();
    }

    /** What {@code task} waits for, and the cycle that it is part of. */
    String describeWith(Task task) {
        StringBuilder text = new StringBuilder(describe(task)).append('\n');
        List<Task> cycle = cycle(task);
        if (!cycle.isEmpty()) {
            describe(text, cycle);
        }
        return text.toString();
    }

    private static void describe(StringBuilder text, List<Task> cycle) {
        text.append("Cycle of ")
                .append(cycle.size())
                .append(cycle.size() == 1 ? " task" : " tasks");
        text.append(":\n");
        for (int i = 0; i < cycle.size(); i++) {
            Task task = cycle.get(i);
            Task next = cycle.get((i + 1) % cycle.size());
            text.append(' ').append(task).append(context(task)).append(' ').append(waitsFor(task));
            boolean isLock = target(task) instanceof WaitTarget target && target.isLock();
            text.append(isLock ? ", which " : ", which is up to ");
            text.append(next == task ? "it" : next);
            text.append(isLock ? " holds" : "").append(next == task ? " itself\n" : "\n");
        }
    }

    private static String context(Task task) {
        if (PreemptCount.inHardirq(task.preemptCount)) {
            return " in a hardirq on top of it";
        }
        return PreemptCount.inServingSoftirq(task.preemptCount) ? " in a softirq on top of it" : "";
    }

    private static String waitsFor(Task task) {
        SpinCondition condition = task.spinningFor;
        if (condition != null) {
            return "spins for " + condition.describeWait();
        }
        if (task.state() == TaskState.RUNNING) {
            return "waits for a CPU";
        }
        Object waitsOn = task.waitsOn;
        return "waits for " + (waitsOn == null ? "a wake-up" : waitsOn);
    }

    private static String describe(Task task) {
        StringBuilder text = new StringBuilder();
        text.append(task).append(" (").append(TaskState.letter(task.state())).append(") ");
        text.append(waitsFor(task));
        String verb = ", up to ";
        if (target(task) instanceof WaitTarget target && target.isLock()) {
            verb = ", held by ";
        }
        for (Task holder : holders(task)) {
            text.append(verb).append(holder);
            verb = " and ";
        }
        return text.toString();
    }

    // ---- Cycles ------------------------------------------------------------------------------

    /** The tasks of all cycles; none: all that wait so that no signal would wake them. */
    ImmutableList<Task> culprits() {
        List<List<Task>> cycles = cycles();
        if (!cycles.isEmpty()) {
            return cycles.stream().flatMap(List::stream).collect(ImmutableList.toImmutableList());
        }
        return blocked.stream()
                .filter(task -> TaskState.letter(task.state()) != 'S')
                .collect(ImmutableList.toImmutableList());
    }

    private List<List<Task>> cycles() {
        List<List<Task>> cycles = new ArrayList<>();
        for (Task task : graph.nodes()) {
            if (cycles.stream().noneMatch(cycle -> cycle.contains(task))) {
                List<Task> cycle = cycle(task);
                if (!cycle.isEmpty()) {
                    cycles.add(cycle);
                }
            }
        }
        return cycles;
    }

    /** The shortest cycle through {@code task}, from there on; empty: there is none. */
    ImmutableList<Task> cycle(Task task) {
        if (!graph.nodes().contains(task)) {
            return ImmutableList.of();
        }
        Map<Task, Task> came = new HashMap<>();
        ArrayDeque<Task> queue = new ArrayDeque<>();
        queue.add(task);
        for (Task at = queue.poll(); at != null; at = queue.poll()) {
            for (Task next : graph.successors(at)) {
                if (came.putIfAbsent(next, at) == null) {
                    queue.add(next);
                }
            }
        }
        ImmutableList.Builder<Task> reversed = ImmutableList.builder();
        Task at = came.get(task);
        if (at == null) {
            return ImmutableList.of();
        }
        for (; at != null && at != task; at = came.get(at)) {
            reversed.add(at);
        }
        return ImmutableList.<Task>builder().add(task).addAll(reversed.build().reverse()).build();
    }
}
