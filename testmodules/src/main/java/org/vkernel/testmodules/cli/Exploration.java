package org.vkernel.testmodules.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.explore.DepthFirstSearch;
import org.vkernel.emulator.explore.PartialOrderSearch;
import org.vkernel.emulator.explore.Program;
import org.vkernel.emulator.explore.Program.Outcome;
import org.vkernel.emulator.explore.Strategies;

/**
 * Runs a program under many schedules, on as many host threads as there are cores, and keeps what
 * failed.
 *
 * <p>What is found does not depend on the threads: schedule n is drawn from seed {@code first + n}.
 */
final class Exploration {
    /** More failures than anybody reads are counted, but not kept. */
    private static final int KEPT_FAILURES = 1_000;

    /**
     * A schedule that failed.
     *
     * @param seed what the kernel's chance was drawn from
     * @param schedule its answers; null where the strategy draws them from the seed
     */
    record Failure(long number, long seed, Outcome outcome, int @Nullable [] schedule) {}

    private final LongFunction<Program> programs;
    private final long firstSeed;
    private final AtomicLong done = new AtomicLong();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger known = new AtomicInteger();
    private final List<Failure> failures = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    private volatile boolean stopped;

    /**
     * Prepares an exploration.
     *
     * @param programs the program by the seed that its kernel's chance is drawn from
     */
    Exploration(LongFunction<Program> programs, long firstSeed) {
        this.programs = programs;
        this.firstSeed = firstSeed;
    }

    /** Runs {@code schedules} schedules that a strategy draws. */
    void sample(String strategy, long schedules) {
        AtomicLong next = new AtomicLong();
        int cores = Runtime.getRuntime().availableProcessors();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < cores; i++) {
            workers.add(
                    start(() -> {
                        long number;
                        while (!stopped && (number = next.getAndIncrement()) < schedules) {
                            long seed = firstSeed + number;
                            Outcome outcome =
                                    programs.apply(seed).run(Strategies.of(strategy, seed), false);
                            count(number, seed, outcome, null);
                        }
                    }));
        }
        join(workers);
    }

    /** Runs all schedules with at most {@code bound} unforced choices. */
    void search(int bound, long mostSchedules) {
        join(
                List.of(
                        start(() -> {
                            Program program = programs.apply(firstSeed);
                            DepthFirstSearch search = new DepthFirstSearch(bound);
                            do {
                                Outcome outcome = program.run(search.strategy(), false);
                                boolean isFailure = outcome.failure() != null;
                                count(
                                        done.get(),
                                        firstSeed,
                                        outcome,
                                        isFailure ? search.schedule() : null);
                                stopped |= done.get() == mostSchedules && search.next();
                            } while (!stopped && search.next());
                        })));
    }

    /**
     * Runs all schedules that differ in more than the order of independent steps.
     *
     * @return how many runs were cut short besides, as equal to others
     */
    long reduce(long mostSchedules) {
        AtomicLong cuts = new AtomicLong();
        join(
                List.of(
                        start(() -> {
                            Program program = programs.apply(firstSeed);
                            PartialOrderSearch search = new PartialOrderSearch();
                            boolean goesOn = true;
                            while (goesOn) {
                                Outcome outcome = program.run(search.strategy(), false);
                                if (!search.wasCut()) {
                                    boolean isFailure = outcome.failure() != null;
                                    count(
                                            done.get(),
                                            firstSeed,
                                            outcome,
                                            isFailure ? search.schedule() : null);
                                }
                                goesOn = search.next();
                                cuts.set(search.cuts());
                                stopped |= goesOn && done.get() >= mostSchedules;
                                goesOn &= !stopped;
                            }
                        })));
        return cuts.get();
    }

    /** Driven from a virtual thread, a run's tasks take turns without waking a host thread. */
    private Thread start(Runnable work) {
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        work.run();
                    } catch (RuntimeException | Error e) {
                        thrown.compareAndSet(null, e);
                        stopped = true;
                    }
                });
    }

    private void join(List<Thread> workers) {
        for (Thread worker : workers) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                stopped = true;
                Thread.currentThread().interrupt();
            }
        }
        switch (thrown.get()) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {}
        }
    }

    private void count(long number, long seed, Outcome outcome, int @Nullable [] schedule) {
        if (outcome.failure() != null && failed.incrementAndGet() <= KEPT_FAILURES) {
            keep(new Failure(number, seed, outcome, schedule));
        }
        if (outcome.known()) {
            known.incrementAndGet();
        }
        done.incrementAndGet();
    }

    private synchronized void keep(Failure failure) {
        failures.add(failure);
    }

    /** Ends it early; from any thread. */
    void stop() {
        stopped = true;
    }

    /** Whether it ended before its time. */
    boolean isStopped() {
        return stopped;
    }

    /** How many schedules have run. */
    long done() {
        return done.get();
    }

    /** How many failed. */
    int failed() {
        return failed.get();
    }

    /** How many broke a rule as Linux does. */
    int known() {
        return known.get();
    }

    /** The failures that were kept, in the order of their schedules. */
    synchronized List<Failure> failures() {
        List<Failure> sorted = new ArrayList<>(failures);
        sorted.sort(Comparator.comparingLong(Failure::number));
        return sorted;
    }
}
