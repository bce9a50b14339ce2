package org.vkernel.testmodules.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.netlink.core.MessageCounts;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkTap;

/** One run of a scenario in a kernel of its own. */
public final class ScenarioRun {
    private final Scenario scenario;
    private final KernelConfig config;
    private final ScenarioOptions options;
    private final @Nullable NetlinkTap tap;
    private volatile @Nullable VirtualKernel kernel;
    private volatile boolean poweredOff;

    /**
     * Prepares a run.
     *
     * @param config what the kernel is booted with
     */
    public ScenarioRun(Scenario scenario, KernelConfig config, ScenarioOptions options) {
        this(scenario, config, options, null);
    }

    /**
     * Prepares a run.
     *
     * @param config what the kernel is booted with
     * @param tap sees each delivery of a netlink message
     */
    public ScenarioRun(
            Scenario scenario,
            KernelConfig config,
            ScenarioOptions options,
            @Nullable NetlinkTap tap) {
        this.tap = tap;
        this.scenario = scenario;
        this.config = config;
        this.options = options;
    }

    /**
     * Boots the kernel, starts the scenario, lets its time pass and shuts the kernel down. Runs
     * once.
     */
    public RunResult run() {
        VirtualKernel booted = VirtualKernel.boot(config);
        Netlink netlink = booted.use(Netlink.class);
        if (tap != null) {
            netlink.addTap(tap);
        }
        kernel = booted;
        if (poweredOff) {
            booted.powerOff();
        }
        String failure = runTo(booted);
        try {
            booted.close();
        } catch (KernelFailedException failed) {
            failure = failure == null ? reason(failed) : failure;
        }
        return result(booted, netlink.counts(), failure);
    }

    private @Nullable String runTo(VirtualKernel booted) {
        try {
            scenario.start(booted, options);
        } catch (KernelFailedException failed) {
            return reason(failed);
        } catch (ErrnoException refused) {
            return oneLine(refused.getMessage());
        } catch (RuntimeException | LinkageError | AssertionError thrown) {
            List<String> stack = StackTraces.of(thrown);
            return scenario.name()
                    + " could not start: "
                    + oneLine(thrown)
                    + (stack.isEmpty() ? "" : " at " + stack.getFirst());
        }
        try {
            booted.runFor(options.duration());
        } catch (KernelFailedException failed) {
            return reason(failed);
        }
        return null;
    }

    /** Why, in one line; null where reports say it all, or nothing failed but the power. */
    private @Nullable String reason(KernelFailedException failed) {
        return !failed.reports().isEmpty() || (poweredOff && failed.getCause() == null)
                ? null
                : oneLine(failed.getMessage());
    }

    private static String oneLine(@Nullable Object text) {
        return String.valueOf(text).lines().map(String::strip).collect(Collectors.joining("; "));
    }

    private RunResult result(VirtualKernel ended, MessageCounts counts, @Nullable String failure) {
        return new RunResult(
                counts.sent(),
                counts.delivered(),
                counts.dropped(),
                counts.unread() + counts.queued(), // a run that was cut short closed no sockets
                ImmutableList.copyOf(ended.reports()),
                failure,
                poweredOff,
                config.isSimulated() ? ended.trace().fingerprint() : "-",
                ImmutableIntArray.copyOf(ended.schedule()));
    }

    /**
     * Cuts the run short, from any thread: {@link #run} then returns soon, with what there was so
     * far.
     */
    public void powerOff() {
        poweredOff = true;
        VirtualKernel running = kernel;
        if (running != null) {
            running.powerOff();
        }
    }
}
