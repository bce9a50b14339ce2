package org.vkernel.testmodules.property;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.explore.Program;
import org.vkernel.emulator.sched.Strategy;

/** A test's body as a program: boots a kernel, calls the body, closes the kernel. */
final class ScheduledTest implements Program {
    private final KernelConfig config;
    private final Consumer<VirtualKernel> body;

    /** What the last run threw, or null. */
    private @Nullable Throwable thrown;

    /**
     * Makes the program.
     *
     * @param config what each kernel is booted with, but for its strategy
     */
    ScheduledTest(KernelConfig config, Consumer<VirtualKernel> body) {
        this.config = config;
        this.body = body;
    }

    @Override
    public Outcome run(Strategy strategy, boolean recording) {
        VirtualKernel kernel =
                VirtualKernel.boot(config.strategy(seed -> strategy).recording(recording));
        thrown = null;
        try (kernel) {
            body.accept(kernel);
        } catch (UndeclaredThrowableException failed) {
            thrown = failed.getCause(); // the body's own checked exception
        } catch (Throwable failed) {
            thrown = failed;
        }
        Throwable failed = thrown;
        return new Outcome(
                failed == null ? null : kind(failed),
                kernel.reports().stream().anyMatch(BugReport::known),
                kernel.trace().fingerprint(),
                kernel.schedule());
    }

    /** What is the same for the same failure under another schedule. */
    private static String kind(Throwable failed) {
        List<BugReport> reports =
                failed instanceof KernelFailedException kernels ? kernels.reports() : List.of();
        return reports.isEmpty() ? failed.getClass().getName() : reports.getFirst().rule();
    }

    /** What the last run threw, or null. */
    @Nullable Throwable thrown() {
        return thrown;
    }
}
