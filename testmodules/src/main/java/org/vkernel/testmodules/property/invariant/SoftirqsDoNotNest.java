package org.vkernel.testmodules.property.invariant;

import com.google.common.collect.ImmutableSet;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Limits;
import org.vkernel.emulator.trace.TraceEvent;

/** A softirq never runs inside a softirq on its CPU. */
public final class SoftirqsDoNotNest implements Invariant {
    private static final String ENTRY = "irq:softirq_entry";
    private static final long NONE = -1;

    /** The vector that runs on each CPU. */
    private final long[] running = new long[Limits.CPUS];

    public SoftirqsDoNotNest() {
        Arrays.fill(running, NONE);
    }

    @Override
    public String rule() {
        return "a softirq runs inside a softirq";
    }

    @Override
    public Set<String> kinds() {
        return ImmutableSet.of(ENTRY, "irq:softirq_exit");
    }

    @Override
    public @Nullable String see(TraceEvent event) {
        long before = running[event.cpu()];
        boolean begins = event.kind().name().equals("softirq_entry");
        running[event.cpu()] = begins ? event.first() : NONE;
        return begins && before != NONE
                ? "vector " + event.first() + " begins while " + before + " runs"
                : null;
    }
}
