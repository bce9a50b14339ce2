package org.vkernel.emulator.check.locks;

import com.google.common.collect.ImmutableList;
import com.google.common.graph.MutableValueGraph;
import com.google.common.graph.SuccessorsFunction;
import com.google.common.graph.Traverser;
import com.google.common.graph.ValueGraphBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * In which order locks are taken: from each class to those that were taken while one of it was
 * held.
 *
 * <p>Two edges that meet at a class make a task wait for another there, but for one case: it wants
 * to read where readers pass waiting writers, and the other holds it for reading. A way of waiting
 * tasks ({@link #way}) passes no such place. So lockdep's "strong" paths are made.
 */
final class LockGraph {
    private final MutableValueGraph<LockClass, @Nullable LockOrder[]> graph =
            ValueGraphBuilder.directed().build();

    /**
     * A class on a way.
     *
     * @param recursive whether the way came to it by reading where readers pass waiting writers
     */
    record Step(LockClass type, boolean recursive) {
        /** Whether its holder keeps waiting who came this way. */
        boolean waitsFor(boolean isHeldShared) {
            return !(recursive && isHeldShared);
        }
    }

    void add(LockClass type) {
        graph.addNode(type);
    }

    /** Adds an order that is not known yet. */
    void put(LockClass first, LockClass second, int kind, LockOrder order) {
        @Nullable LockOrder[] orders = graph.edgeValueOrDefault(first, second, null);
        if (orders == null) {
            orders = new LockOrder[LockOrder.KINDS];
            graph.putEdgeValue(first, second, orders);
        }
        orders[kind] = order;
        first.setBefore(second, kind);
        spreadOn(first, second.onAfter);
        spreadIn(second, first.inBefore);
    }

    /** Some order of the two classes. */
    LockOrder order(LockClass first, LockClass second) {
        for (LockOrder order : graph.edgeValue(first, second).orElseThrow()) {
            if (order != null) {
                return order;
            }
        }
        throw new IllegalStateException(first + " -> " + second + " has no kind");
    }

    // ---- Interrupts --------------------------------------------------------------------------

    /** Kinds of interrupt may come where {@code type} is taken, or one after it. */
    void spreadOn(LockClass type, int irqs) {
        if ((type.onAfter | irqs) != type.onAfter) {
            type.onAfter |= irqs;
            for (LockClass before : graph.predecessors(type)) {
                spreadOn(before, irqs);
            }
        }
    }

    /** Kinds of interrupt take {@code type}, or one before it. */
    void spreadIn(LockClass type, int irqs) {
        if ((type.inBefore | irqs) != type.inBefore) {
            type.inBefore |= irqs;
            for (LockClass after : graph.successors(type)) {
                spreadIn(after, irqs);
            }
        }
    }

    // ---- Ways --------------------------------------------------------------------------------

    /** Whether a way may lead from {@code from} to {@code to}: no, if either has no such end. */
    boolean mayLead(LockClass from, LockClass to) {
        return !graph.successors(from).isEmpty() && !graph.predecessors(to).isEmpty();
    }

    /** The shortest way to one that is the goal, {@code from} included; empty: there is none. */
    ImmutableList<LockClass> way(Step from, Predicate<Step> isGoal) {
        Map<Step, Step> came = new HashMap<>();
        SuccessorsFunction<Step> next = step -> successors(step, came);
        for (Step step : Traverser.forGraph(next).breadthFirst(from)) {
            if (isGoal.test(step)) {
                return wayBack(step, from, came);
            }
        }
        return ImmutableList.of();
    }

    private List<Step> successors(Step step, Map<Step, Step> came) {
        List<Step> found = new ArrayList<>();
        for (LockClass next : graph.successors(step.type)) {
            @Nullable LockOrder[] orders = graph.edgeValue(step.type, next).orElseThrow();
            for (int kind = 0; kind < orders.length; kind++) {
                if (orders[kind] != null && step.waitsFor(LockOrder.isShared(kind))) {
                    Step reached = new Step(next, LockOrder.isRecursive(kind));
                    came.putIfAbsent(reached, step);
                    found.add(reached);
                }
            }
        }
        return found;
    }

    private static ImmutableList<LockClass> wayBack(Step to, Step from, Map<Step, Step> came) {
        ImmutableList.Builder<LockClass> way = ImmutableList.builder();
        Step at = to;
        while (at != null && !at.equals(from)) {
            way.add(at.type);
            at = came.get(at);
        }
        return way.add(from.type).build().reverse();
    }
}
