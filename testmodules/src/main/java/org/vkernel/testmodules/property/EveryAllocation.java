package org.vkernel.testmodules.property;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.mm.FaultPlan;
import org.vkernel.emulator.mm.FaultRule;
import org.vkernel.emulator.mm.InjectedFault;

/**
 * Makes each allocation of a piece of work fail, one after the other: runs it with the first one
 * failing, then with the second, and so on until a run has no such allocation any more. Each run
 * has a kernel of its own, which is shut down and checked; a broken rule or a leak fails the test,
 * unless Linux has it, too.
 *
 * <pre>{@code
 * @Test
 * void loading_failsCleanly() {
 *   List<Failure> failures =
 *       EveryAllocation.of(KernelConfig.simulated(1))
 *           .before(kernel -> kernel.insmod(ConnectorModule.class))
 *           .run(kernel -> kernel.insmod(Hello.class));
 *   for (Failure failure : failures) {
 *     assertEquals("ENOMEM", failure.outcome(), failure.toString());
 *   }
 * }
 * }</pre>
 */
public final class EveryAllocation {
    /** Runs after which the work is too large for this. */
    private static final int MOST_RUNS = 2_000;

    private final KernelConfig config;
    private final Consumer<VirtualKernel> before;

    private EveryAllocation(KernelConfig config, Consumer<VirtualKernel> before) {
        this.config = config;
        this.before = before;
    }

    /**
     * What came of the work when one allocation failed.
     *
     * @param nth which, from 1
     * @param fault who wanted the memory, and what
     * @param error what the work threw, or a process of it died of; null if it succeeded
     * @param told what the work told, if it succeeded
     * @param known the broken rules that Linux breaks, too
     */
    public record Failure(
            long nth,
            InjectedFault fault,
            @Nullable ErrnoException error,
            String told,
            ImmutableList<BugReport> known) {

        /** The errno that the work failed with, as {@code ENOMEM}; else what it told. */
        public String outcome() {
            return error == null ? told : Errno.name(error.errno());
        }

        @Override
        public String toString() {
            return "allocation " + nth + ", " + fault + ": " + (error == null ? told : error);
        }
    }

    /** Boots each kernel with {@code config}. */
    public static EveryAllocation of(KernelConfig config) {
        return new EveryAllocation(config, kernel -> {});
    }

    /** Does {@code work} first, whose allocations do not fail. */
    public EveryAllocation before(Consumer<VirtualKernel> work) {
        return new EveryAllocation(config, before.andThen(work));
    }

    /**
     * Makes each allocation of {@code work} fail.
     *
     * @param work may fail with {@link ErrnoException} when memory is short; then it must have left
     *     nothing behind. It has to succeed where nothing fails.
     * @return a failure for each allocation, in their order
     * @throws AssertionFailedError if a run broke a rule that Linux keeps, leaked, or threw
     *     anything else
     */
    public List<Failure> run(Consumer<VirtualKernel> work) {
        return runTelling(kernel -> {
            work.accept(kernel);
            return "ok";
        });
    }

    /**
     * As {@link #run}, of work that can do without some of its memory: it tells in a word or two
     * what came of it.
     */
    public List<Failure> runTelling(Function<VirtualKernel, String> work) {
        ImmutableList.Builder<Failure> failures = ImmutableList.builder();
        for (long nth = 1; nth <= MOST_RUNS; nth++) {
            Failure failure = once(nth, work);
            if (failure == null) {
                return failures.build();
            }
            failures.add(failure);
        }
        throw new AssertionFailedError("more than " + MOST_RUNS + " allocations");
    }

    private @Nullable Failure once(long nth, Function<VirtualKernel, String> work) {
        VirtualKernel kernel = VirtualKernel.boot(config);
        Throwable thrown = null;
        String told = "";
        try (kernel) {
            before.accept(kernel);
            kernel.faults().set(FaultPlan.of(FaultRule.failNth(nth)));
            try {
                told = work.apply(kernel);
            } finally {
                kernel.faults().set(FaultPlan.NONE);
            }
        } catch (RuntimeException | Error failed) {
            thrown = failed;
        }
        InjectedFault fault =
                kernel.faults().injectedCount() == 0 ? null : kernel.faults().injected().getFirst();
        ErrnoException error = errnoOf(thrown);
        List<BugReport> bad = kernel.reports().stream().filter(report -> !report.known()).toList();
        if (!bad.isEmpty() || (thrown != null && (error == null || fault == null))) {
            throw failed(nth, fault, thrown, kernel);
        }
        Preconditions.checkState(
                fault != null || nth > 1, "the work allocates nothing: there is nothing to test");
        return fault == null
                ? null
                : new Failure(nth, fault, error, told, ImmutableList.copyOf(kernel.reports()));
    }

    /** What failed where memory was short: the work itself, or a process of it. */
    private static @Nullable ErrnoException errnoOf(@Nullable Throwable thrown) {
        if (thrown instanceof ErrnoException error) {
            return error;
        }
        return thrown instanceof KernelFailedException failed
                        && failed.reports().isEmpty()
                        && failed.getCause() instanceof ErrnoException error
                ? error
                : null;
    }

    private static AssertionFailedError failed(
            long nth,
            @Nullable InjectedFault fault,
            @Nullable Throwable thrown,
            VirtualKernel kernel) {
        String which =
                fault == null
                        ? "without a failing allocation (there are " + (nth - 1) + ")"
                        : "with allocation " + nth + " failing, " + fault;
        return new AssertionFailedError(
                which
                        + ": "
                        + (thrown == null ? "" : thrown)
                        + "\n"
                        + String.join("\n", kernel.printk().dmesg())
                        + (fault == null ? "" : "\n" + String.join("\n", fault.stack())),
                thrown);
    }
}
