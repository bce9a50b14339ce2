package org.vkernel.testmodules.property;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.CallTraces;
import org.vkernel.emulator.explore.Narrator;
import org.vkernel.emulator.explore.Program.Outcome;
import org.vkernel.emulator.explore.SparseSchedule;
import org.vkernel.emulator.trace.ColumnTrace;

/**
 * A test's body, run under one schedule for somebody to look at.
 *
 * @param outcome what came of it
 * @param thrown what it threw, or null
 * @param lines the run with a column for each CPU, and the log
 */
record ShownRun(Outcome outcome, @Nullable Throwable thrown, ImmutableList<String> lines) {
    static ShownRun of(KernelConfig config, Consumer<VirtualKernel> body, SparseSchedule schedule) {
        ColumnTrace columns = ColumnTrace.ofTheEnd(config.cpus());
        List<String> log = new ArrayList<>();
        ScheduledTest test =
                new ScheduledTest(
                        config.callTraces(CallTraces.ALL)
                                .log(log::add)
                                .output(log::add)
                                .trace(columns),
                        body);
        Outcome outcome = test.run(new Narrator(schedule.strategy(), columns), false);
        ImmutableList.Builder<String> lines = ImmutableList.builder();
        lines.addAll(columns.lines());
        if (!log.isEmpty()) {
            lines.add("the kernel's log, and what processes printed:");
            lines.addAll(log);
        }
        return new ShownRun(outcome, test.thrown(), lines.build());
    }

    /**
     * What failed, in a line or more.
     *
     * @param kind what is said where nothing was thrown
     */
    String failure(String kind) {
        return thrown == null ? kind : String.valueOf(thrown.getMessage());
    }
}
