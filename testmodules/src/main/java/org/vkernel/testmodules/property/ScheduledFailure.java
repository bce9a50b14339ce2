package org.vkernel.testmodules.property;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.Shrinker;
import org.vkernel.emulator.explore.SparseSchedule;

/**
 * A property's body fails under a schedule. What is told of it is the smallest schedule that does,
 * which is looked for when somebody asks: of all that fail while data are made smaller, the last
 * one alone.
 */
public final class ScheduledFailure extends AssertionFailedError {
    private static final long serialVersionUID = 1L;

    private final transient KernelConfig config;
    private final transient Consumer<VirtualKernel> body;
    private final String kind;
    private final transient SparseSchedule found;
    private transient @Nullable SparseSchedule shrunk;
    private @Nullable String message;

    ScheduledFailure(
            KernelConfig config, Consumer<VirtualKernel> body, String kind, SparseSchedule found) {
        this.config = config;
        this.body = body;
        this.kind = kind;
        this.found = found;
    }

    /** The smallest schedule, of those that were tried, that the body fails under. */
    public SparseSchedule schedule() {
        SparseSchedule known = shrunk;
        if (known == null) {
            known = new Shrinker(new ScheduledTest(config, body), kind).shrink(found);
            shrunk = known;
        }
        return known;
    }

    /** What failed, a picture of the run, and the kernel's log. */
    @Override
    public String getMessage() {
        String known = message;
        if (known == null) {
            known = tell();
            message = known;
        }
        return known;
    }

    private String tell() {
        SparseSchedule smallest = schedule();
        ShownRun run = ShownRun.of(config, body, smallest);
        List<String> lines = new ArrayList<>();
        lines.add(run.failure(kind));
        lines.add(
                String.format(
                        "schedule shrunk from %d to %d answers other than \"go on\", %s:",
                        found.size(), smallest.size(), smallest.deviations()));
        lines.addAll(run.lines());
        return String.join("\n", lines);
    }
}
