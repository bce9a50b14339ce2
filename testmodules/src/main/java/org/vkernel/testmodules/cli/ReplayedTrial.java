package org.vkernel.testmodules.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.explore.ReplayToken;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.core.MessageCounts;
import org.vkernel.testmodules.property.suite.PropertySuite;
import org.vkernel.testmodules.property.suite.Trial;
import org.vkernel.testmodules.scenario.RunResult;

/** A trial of the property suite that a token names: what {@code mutants} and the suite print. */
final class ReplayedTrial implements ReplayedProgram {
    private final Trial trial;
    private final KernelConfig config;

    ReplayedTrial(ReplayToken token) throws UsageException {
        try {
            trial = Trial.parse(PropertySuite.all(), token.program());
            config = trial.setting().config(trial.seed());
            var _ = new Variants(config.profile(), config.variants()); // as the boot would say
        } catch (IllegalArgumentException e) {
            throw new UsageException("a token of another version of vkernel: " + e.getMessage());
        }
    }

    @Override
    public KernelConfig config() {
        return config;
    }

    @Override
    public ImmutableList<String> heading() {
        return ImmutableList.<String>builder()
                .add("the plan, on " + trial.setting() + ":")
                .addAll(trial.planLines().stream().map(line -> "  " + line).iterator())
                .build();
    }

    @Override
    public RunResult run(KernelConfig with) {
        Trial.Result result = trial.run(with, Objects.requireNonNull(with.newStrategy()), false);
        MessageCounts counts = result.counts();
        return new RunResult(
                counts.sent(),
                counts.delivered(),
                counts.dropped(),
                counts.unread() + counts.queued(),
                result.reports(),
                failure(result),
                false,
                result.outcome().fingerprint(),
                ImmutableIntArray.of());
    }

    /** In one line, and with the facts, unless it is a report, which the log tells. */
    private static @Nullable String failure(Trial.Result result) {
        String failure = result.outcome().failure();
        boolean isReport = result.reports().stream().anyMatch(report -> !report.known());
        return failure == null || isReport || result.detail().isEmpty()
                ? failure
                : failure + ": " + result.detail().lines().findFirst().orElse("");
    }
}
