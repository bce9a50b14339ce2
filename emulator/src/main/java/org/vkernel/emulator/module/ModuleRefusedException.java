package org.vkernel.emulator.module;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;

/** A module's code uses what kernel code must not; its message has one line for each place. */
public final class ModuleRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ImmutableList<Refusal> refusals;

    ModuleRefusedException(String module, List<Refusal> refusals) {
        super(
                refusals.stream()
                        .map(Refusal::toString)
                        .collect(Collectors.joining("\n", module + " is refused:\n", "")));
        this.refusals = ImmutableList.copyOf(refusals);
    }

    /** The places, sorted by file and line. */
    public ImmutableList<Refusal> refusals() {
        return refusals;
    }
}
