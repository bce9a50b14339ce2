package org.vkernel.testmodules.property.suite;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.KnownCounterExamples;
import org.vkernel.emulator.explore.Program.Outcome;
import org.vkernel.emulator.explore.Strategies;
import org.vkernel.emulator.sched.Strategy;

/**
 * Runs trials of a suite, one after the other, until one fails.
 *
 * <pre>{@code
 * Hunt hunt = new Hunt(PropertySuite.all(), Trials.standard(1).with(List.of("CN-09"), profiles));
 * Finding found = hunt.run(10_000);       // null: none
 * }</pre>
 *
 * <p>Trials go round the workloads, so that each is met early. A hunt belongs to one thread, at
 * best a virtual one: there the kernel's tasks take turns without waking a host thread. Several
 * hunts may run at once, each on a thread of its own.
 */
public final class Hunt {
    /** Each so many trials, one is run twice. */
    private static final int REPEATED_EACH = 8;

    private static final String NOT_REPEATABLE =
            "property 15, every run is deterministic: another fingerprint";

    private final PropertySuite suite;
    private final Trials trials;
    private final ImmutableList<Workload<?, ?>> workloads;
    private final TreeMap<String, Long> known = new TreeMap<>();
    private final TreeMap<String, Finding> examples = new TreeMap<>();
    private volatile long done;
    private volatile boolean stopped;

    /** Prepares a hunt over all workloads of the suite. */
    public Hunt(PropertySuite suite, Trials trials) {
        this(suite, trials, suite.workloads());
    }

    /** Prepares a hunt over some workloads of the suite. */
    public Hunt(PropertySuite suite, Trials trials, List<? extends Workload<?, ?>> workloads) {
        this.suite = suite;
        this.trials = trials;
        this.workloads = ImmutableList.copyOf(workloads);
    }

    /**
     * Runs trials until one fails.
     *
     * @param most how many at most, those before included
     * @return null if none failed
     */
    public @Nullable Finding run(long most) {
        while (done < most && !stopped) {
            long number = done;
            long round = number / workloads.size();
            Workload<?, ?> workload = workloads.get((int) (number % workloads.size()));
            Setting setting = trials.setting(round);
            if (workload.suits(setting)) {
                Finding finding = run(number, workload, setting, trials.strategy(round));
                if (finding != null) {
                    done = number + 1;
                    return finding;
                }
            }
            done = number + 1;
        }
        return null;
    }

    private @Nullable Finding run(
            long number, Workload<?, ?> workload, Setting setting, String strategy) {
        long seed = trials.firstSeed() + number;
        Trial trial = Trial.of(suite, workload, setting, seed);
        Trial.Result result =
                trial.run(trial.setting().config(seed), Strategies.of(strategy, seed), false);
        noteKnown(number, trial, strategy, result);
        if (result.outcome().failure() != null) {
            return new Finding(trial, strategy, number, result);
        }
        return number % REPEATED_EACH == 0
                ? repeat(number, trial, Strategies.of(strategy, seed), strategy, result)
                : null;
    }

    /**
     * Property 15: every run is deterministic, the same trial and schedule have the same
     * fingerprint.
     */
    private static @Nullable Finding repeat(
            long number, Trial trial, Strategy again, String strategy, Trial.Result first) {
        Outcome second = trial.run(again, false);
        if (second.fingerprint().equals(first.outcome().fingerprint())) {
            return null;
        }
        String detail = first.outcome().fingerprint() + ", then " + second.fingerprint();
        return new Finding(trial, strategy, number, first.failing(NOT_REPEATABLE, detail));
    }

    private void noteKnown(long number, Trial trial, String strategy, Trial.Result result) {
        for (BugReport report : result.reports()) {
            KnownCounterExamples.Entry entry =
                    KnownCounterExamples.of(report.rule(), report.what());
            if (entry != null) {
                noteKnown(entry.name(), number, trial, strategy);
            }
        }
        for (Violation violation : result.violations()) {
            KnownExamples.Entry entry = KnownExamples.of(violation);
            if (entry != null) {
                noteKnown(entry.name(), number, trial, strategy);
            }
        }
    }

    private void noteKnown(String name, long number, Trial trial, String strategy) {
        known.merge(name, 1L, Long::sum);
        if (!examples.containsKey(name)) {
            Trial failing = trial.lookingFor(name);
            Trial.Result result =
                    failing.run(
                            failing.setting().config(failing.seed()),
                            Strategies.of(strategy, failing.seed()),
                            false);
            examples.put(name, new Finding(failing, strategy, number, result));
        }
    }

    /**
     * The first run that met each of {@link #known}, as a finding that {@link FindingText} shows.
     */
    public Map<String, Finding> examples() {
        return examples;
    }

    /** How many trials have run; from any thread. */
    public long done() {
        return done;
    }

    /** How often what Linux breaks, too, was met: by its name. */
    public Map<String, Long> known() {
        return known;
    }

    /** Ends the hunt after the trial that is running; from any thread. */
    public void stop() {
        stopped = true;
    }

    /** Whether {@link #stop} was called. */
    public boolean isStopped() {
        return stopped;
    }
}
