package org.vkernel.testmodules.property.suite;

import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Iterables;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.KnownCounterExamples;
import org.vkernel.emulator.explore.Program;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.netlink.core.MessageCounts;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.testmodules.property.Invariants;

/**
 * A workload's plan on a setting, with the properties that are checked on it: the same program
 * under every schedule.
 *
 * <p>A run fails if the kernel reports a broken rule, an invariant of the trace among them, if a
 * process dies of an exception, or if a property does not hold; but for what Linux breaks, too.
 */
public final class Trial implements Program {
    private static final String PREFIX = "suite";
    private static final char COLON = ':';
    private static final String ALL = "all";

    private final Workload<?, ?> workload;
    private final ImmutableList<KernelProperty<?>> properties;
    private final Setting setting;
    private final long seed;

    /** Which actions of the plan are done; null: all. */
    private final @Nullable ImmutableSortedSet<Integer> kept;

    /** The known example that is a failure here; null: none is. */
    private final @Nullable String example;

    private Trial(
            Workload<?, ?> workload,
            ImmutableList<KernelProperty<?>> properties,
            Setting setting,
            long seed,
            @Nullable ImmutableSortedSet<Integer> kept,
            @Nullable String example) {
        this.workload = workload;
        this.properties = properties;
        this.setting = setting;
        this.seed = seed;
        this.kept = kept;
        this.example = example;
    }

    /**
     * A trial of all properties of a suite that {@code workload} is for.
     *
     * @param seed what the plan and the machine's chance are drawn from
     */
    static Trial of(PropertySuite suite, Workload<?, ?> workload, Setting setting, long seed) {
        Setting borne = workload.bearsShortage() ? setting : setting.withEnoughMemory();
        return new Trial(workload, suite.propertiesOf(workload), borne, seed, null, null);
    }

    /** With only these actions of the plan. */
    Trial keeping(Iterable<Integer> actions) {
        return new Trial(
                workload, properties, setting, seed, ImmutableSortedSet.copyOf(actions), example);
    }

    /**
     * The same, but what Linux breaks itself is a failure, too.
     *
     * @param name the example's name in {@link KnownExamples} or {@link KnownCounterExamples}
     */
    public Trial lookingFor(String name) {
        return new Trial(workload, properties, setting, seed, kept, name);
    }

    /** The kernel that it runs on. */
    public Setting setting() {
        return setting;
    }

    /** What is done. */
    public Workload<?, ?> workload() {
        return workload;
    }

    /** What the plan and the machine's chance are drawn from. */
    public long seed() {
        return seed;
    }

    /** The numbers of the actions that are done, in their order. */
    ImmutableList<Integer> actions() {
        if (kept != null) {
            return kept.asList();
        }
        ImmutableList.Builder<Integer> all = ImmutableList.builder();
        for (int i = 0; i < planSize(); i++) {
            all.add(i);
        }
        return all.build();
    }

    private int planSize() {
        return workload.plan(setting, new SplitMix(seed)).size();
    }

    /** The plan, a line for each action. */
    public ImmutableList<String> planLines() {
        ImmutableList.Builder<String> lines = ImmutableList.builder();
        ImmutableList<?> plan = workload.plan(setting, new SplitMix(seed));
        for (int action : actions()) {
            lines.add(String.valueOf(plan.get(action)));
        }
        return lines.build();
    }

    // ---- Running ---------------------------------------------------------------------------

    /**
     * What came of a run, in more words than {@link Program.Outcome} has.
     *
     * @param detail the facts of its failure, in lines
     * @param violations where a property was broken, those that Linux breaks included
     * @param reports broken rules of the kernel, the known ones included
     * @param counts what became of the messages
     */
    public record Result(
            Outcome outcome,
            String detail,
            ImmutableList<Violation> violations,
            ImmutableList<BugReport> reports,
            MessageCounts counts) {
        /** The same, but failing. */
        Result failing(String failure, String why) {
            return new Result(
                    new Outcome(
                            failure, outcome.known(), outcome.fingerprint(), outcome.schedule()),
                    why,
                    violations,
                    reports,
                    counts);
        }

        /** Whether the rule or the example of this name, of those Linux has, was met. */
        public boolean met(KnownExamples.Entry entry) {
            return violations.stream().anyMatch(v -> entry.equals(KnownExamples.of(v)));
        }
    }

    @Override
    public Outcome run(Strategy strategy, boolean recording) {
        return run(setting.config(seed), strategy, recording).outcome();
    }

    /**
     * Runs it.
     *
     * @param config the setting's, with whoever is to be told of the run
     */
    public Result run(KernelConfig config, Strategy strategy, boolean recording) {
        return run(workload, config, strategy, recording, () -> {});
    }

    /**
     * As {@link #run(KernelConfig, Strategy, boolean)}.
     *
     * @param atEnd what is done when the workload has ended, before the shutdown
     */
    Result run(KernelConfig config, Strategy strategy, boolean recording, Runnable atEnd) {
        return run(workload, config, strategy, recording, atEnd);
    }

    @SuppressWarnings("unchecked") // propertiesOf() gave those of this workload
    private <A, O> Result run(
            Workload<A, O> typed,
            KernelConfig config,
            Strategy strategy,
            boolean recording,
            Runnable atEnd) {
        VirtualKernel kernel =
                VirtualKernel.boot(config.strategy(any -> strategy).recording(recording));
        Invariants.watch(kernel);
        Netlink netlink = kernel.use(Netlink.class);
        O seen = null;
        String failed = null;
        String detail = "";
        try {
            seen = typed.run(kernel, setting, kept(typed.plan(setting, new SplitMix(seed))));
            atEnd.run();
        } catch (KernelFailedException e) {
            failed = e.getCause() == null ? null : e.getCause().getClass().getName();
            detail = e.getMessage();
        } catch (RuntimeException e) {
            // Kernel code that a host thread called as init, which takes the exception itself.
            failed = nameOf(e);
            detail = String.valueOf(e.getMessage());
        } finally {
            kernel.shutdown();
        }
        List<Violation> violations = new ArrayList<>();
        if (seen != null && kernel.reports().stream().allMatch(BugReport::known)) {
            for (KernelProperty<?> property : properties) {
                violations.addAll(((KernelProperty<O>) property).check(seen));
            }
        }
        return result(kernel, netlink.counts(), failed, detail, ImmutableList.copyOf(violations));
    }

    private static String nameOf(RuntimeException e) {
        StackTraceElement[] stack = e.getStackTrace();
        return e.getClass().getName() + (stack.length == 0 ? "" : " at " + stack[0]);
    }

    private <A> List<A> kept(ImmutableList<A> plan) {
        if (kept == null) {
            return plan;
        }
        ImmutableList.Builder<A> some = ImmutableList.builder();
        for (int action : kept) {
            if (action < plan.size()) {
                some.add(plan.get(action));
            }
        }
        return some.build();
    }

    private Result result(
            VirtualKernel kernel,
            MessageCounts counts,
            @Nullable String otherwise,
            String otherwiseDetail,
            ImmutableList<Violation> violations) {
        String failure = otherwise;
        String detail = otherwiseDetail;
        BugReport report = Iterables.find(kernel.reports(), r -> !r.known(), null);
        Violation violation = Iterables.find(violations, this::isFailure, null);
        if (report == null && violation == null) {
            report = Iterables.find(kernel.reports(), this::isExample, null);
        }
        if (report != null) {
            failure =
                    report.rule()
                            + (report.stack().isEmpty() ? "" : " at " + report.stack().getFirst());
            detail = String.join("\n", report.lines());
        } else if (violation != null && failure == null) {
            failure = violation.failure();
            detail = violation.detail();
        }
        return new Result(
                new Outcome(
                        failure,
                        violations.stream().anyMatch(v -> KnownExamples.of(v) != null)
                                || kernel.reports().stream().anyMatch(BugReport::known),
                        kernel.trace().fingerprint(),
                        kernel.schedule()),
                detail,
                violations,
                ImmutableList.copyOf(kernel.reports()),
                counts);
    }

    private boolean isExample(BugReport report) {
        KnownCounterExamples.Entry known = KnownCounterExamples.of(report.rule(), report.what());
        return known != null && known.name().equals(example);
    }

    private boolean isFailure(Violation violation) {
        KnownExamples.Entry known = KnownExamples.of(violation);
        return known == null || known.name().equals(example);
    }

    // ---- As a text --------------------------------------------------------------------------

    /** {@code suite:traffic:6.18,2,-:17:all}, for tokens. */
    @Override
    public String toString() {
        return Joiner.on(COLON)
                        .join(
                                PREFIX,
                                workload.name(),
                                setting,
                                seed,
                                kept == null ? ALL : Joiner.on('.').join(kept))
                + (example == null ? "" : COLON + example);
    }

    /** Whether a token's program is a trial of a suite. */
    public static boolean isTrial(String program) {
        return program.startsWith(PREFIX + COLON);
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if that is no trial of this suite
     */
    public static Trial parse(PropertySuite suite, String program) {
        List<String> parts = Splitter.on(COLON).splitToList(program);
        if (parts.size() < 5 || parts.size() > 6 || !parts.getFirst().equals(PREFIX)) {
            throw new IllegalArgumentException("'" + program + "' is no trial of a property");
        }
        Trial all =
                of(
                        suite,
                        suite.workload(parts.get(1)),
                        Setting.parse(parts.get(2)),
                        Long.parseLong(parts.get(3)));
        if (parts.size() == 6) {
            all = all.lookingFor(parts.get(5));
        }
        String kept = parts.get(4);
        return kept.equals(ALL)
                ? all
                : all.keeping(
                        Iterables.transform(
                                Splitter.on('.').omitEmptyStrings().split(kept), Integer::valueOf));
    }
}
