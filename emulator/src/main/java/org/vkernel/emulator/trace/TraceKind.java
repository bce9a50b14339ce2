package org.vkernel.emulator.trace;

/**
 * A kind of trace event: its subsystem, its name, and what its three numbers mean.
 *
 * <p>Each module keeps its own as constants.
 *
 * @param system the subsystem, such as {@code sched}
 * @param name the event within it, such as {@code switch}
 * @param first what the first number is; empty if there is none
 * @param second what the second number is; empty if there is none
 * @param third what the third number is; empty if there is none
 * @param hash a number for the fingerprint, the same in every JVM
 */
public record TraceKind(
        String system, String name, String first, String second, String third, int hash) {
    /** Makes a kind. */
    public static TraceKind of(
            String system, String name, String first, String second, String third) {
        // String.hashCode() is specified, so it is the same everywhere.
        return new TraceKind(system, name, first, second, third, (system + ":" + name).hashCode());
    }

    @Override
    public String toString() {
        return system + ":" + name;
    }
}
