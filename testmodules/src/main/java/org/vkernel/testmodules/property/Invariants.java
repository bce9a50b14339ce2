package org.vkernel.testmodules.property;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.trace.TraceEvent;
import org.vkernel.emulator.trace.TraceKind;
import org.vkernel.testmodules.property.invariant.Invariant;
import org.vkernel.testmodules.property.invariant.SocketAccounts;
import org.vkernel.testmodules.property.invariant.SoftirqsDoNotNest;
import org.vkernel.testmodules.property.invariant.TimersAreOnTime;

/**
 * What must hold in every run, whatever is run: switched on by one line, {@code
 * Invariants.watch(kernel)}, right after boot.
 *
 * <p>A broken invariant is a bug report like any other, made where the event happens that breaks
 * it: its call trace names the line. On the simulated machine.
 */
public final class Invariants implements Consumer<TraceEvent> {
    private static final String RULE = "invariant broken: ";

    private final VirtualKernel kernel;
    private final ImmutableList<Invariant> all;
    private final Map<TraceKind, List<Invariant>> byKind = new HashMap<>();
    private boolean reporting;

    private Invariants(VirtualKernel kernel, List<Invariant> all) {
        this.kernel = kernel;
        this.all = ImmutableList.copyOf(all);
    }

    /** Watches all that is known to hold in {@code kernel}, from now on. */
    public static void watch(VirtualKernel kernel) {
        watch(
                kernel,
                new SoftirqsDoNotNest(),
                new TimersAreOnTime(kernel.config().ticksPerSecond(), kernel.config().jitter()),
                new SocketAccounts());
    }

    /** Watches these, from now on; each belongs to this kernel alone. */
    public static void watch(VirtualKernel kernel, Invariant... invariants) {
        kernel.trace().addListener(new Invariants(kernel, List.of(invariants)));
    }

    @Override
    public void accept(TraceEvent event) {
        List<Invariant> interested = byKind.get(event.kind());
        if (interested == null) {
            interested = interestedIn(event.kind());
        }
        for (Invariant invariant : interested) {
            String broken = invariant.see(event);
            if (broken != null && !reporting) {
                reporting = true; // the report is an event itself
                kernel.report(RULE + invariant.rule(), broken, StackTraces.here(), false);
                reporting = false;
            }
        }
    }

    private List<Invariant> interestedIn(TraceKind kind) {
        String name = kind.toString();
        List<Invariant> interested =
                all.stream().filter(invariant -> invariant.kinds().contains(name)).toList();
        byKind.put(kind, interested);
        return interested;
    }
}
