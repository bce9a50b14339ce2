package org.vkernel.testmodules.property.suite;

/**
 * A broken property.
 *
 * @param property which
 * @param kind how, in words that are the same for the same failure in another run
 * @param detail the facts of this run
 */
public record Violation(KernelProperty<?> property, String kind, String detail) {
    /** The failure, as it is in every run that has it. */
    public String failure() {
        return property + ": " + kind;
    }
}
