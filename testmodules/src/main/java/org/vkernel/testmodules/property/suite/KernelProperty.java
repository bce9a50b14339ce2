package org.vkernel.testmodules.property.suite;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/**
 * A sentence that must be true of every run of a workload.
 *
 * @param <O> what is seen of a run
 */
public abstract class KernelProperty<O> {
    private final int number;
    private final String name;
    private final Workload<?, O> workload;

    /**
     * Names a property.
     *
     * @param number its place in the suite
     * @param name the sentence, in short
     */
    protected KernelProperty(int number, String name, Workload<?, O> workload) {
        this.number = number;
        this.name = name;
        this.workload = workload;
    }

    /** Its place in the suite, from 1. */
    public final int number() {
        return number;
    }

    /** The sentence, in short. */
    public final String name() {
        return name;
    }

    /** What it is checked on. */
    public final Workload<?, O> workload() {
        return workload;
    }

    /** Where a run breaks the sentence; empty if it does not. */
    public final ImmutableList<Violation> check(O seen) {
        List<Violation> found = new ArrayList<>();
        check(seen, (kind, detail) -> found.add(new Violation(this, kind, detail)));
        return ImmutableList.copyOf(found);
    }

    /** Is told where a sentence is broken. */
    @FunctionalInterface
    protected interface Complaints {
        /**
         * The sentence is broken.
         *
         * @param kind how, in words that are the same for the same failure in another run
         * @param detail the facts of this run
         */
        void add(String kind, String detail);
    }

    /** Says to {@code complaints} where {@code seen} breaks the sentence. */
    protected abstract void check(O seen, Complaints complaints);

    /** {@code property 4, the first loss of an overrun is told once}. */
    @Override
    public final String toString() {
        return "property " + number + ", " + name;
    }
}
