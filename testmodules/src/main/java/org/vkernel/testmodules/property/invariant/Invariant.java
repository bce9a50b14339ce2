package org.vkernel.testmodules.property.invariant;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.trace.TraceEvent;

/** A sentence about the trace of one kernel. */
public interface Invariant {
    /** The sentence, in short. */
    String rule();

    /** The kinds of events that it looks at: {@code "irq:softirq_entry"}. */
    Set<String> kinds();

    /**
     * Looks at the next event of one of {@link #kinds}. Must not enter the kernel.
     *
     * @return how the event breaks the sentence; null if it does not
     */
    @Nullable String see(TraceEvent event);
}
