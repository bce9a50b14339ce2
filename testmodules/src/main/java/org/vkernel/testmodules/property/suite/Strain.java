package org.vkernel.testmodules.property.suite;

import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.FaultPlan;
import org.vkernel.emulator.mm.FaultRule;

/** What makes the life of a kernel under trial harder than its schedule does. */
public enum Strain {
    /** Nothing. */
    NONE("none"),

    /** Time passes although something could run. */
    JITTER("jitter"),

    /**
     * There is little memory, and hardly a free page: whoever needs one waits until a page of a
     * file is taken back, or goes without.
     */
    PRESSURE("pressure"),

    /** Both of these. */
    PRESSURE_AND_JITTER("pressure-jitter"),

    /** Allocations fail at random, those that may sleep as well. */
    FAULTS("faults");

    private static final long LITTLE_BYTES = 2 << 20;
    private static final int PERCENT = 10;
    private static final FaultPlan PLAN =
            FaultPlan.of(
                    FaultRule.failslab(PERCENT).ignoreGfpWait(false).verbose(0),
                    FaultRule.failPageAlloc(PERCENT).ignoreGfpWait(false).minOrder(0).verbose(0));

    private final String word;

    Strain(String word) {
        this.word = word;
    }

    /** The strain that is called so. */
    static Strain of(String word) {
        for (Strain strain : values()) {
            if (strain.word.equals(word)) {
                return strain;
            }
        }
        throw new IllegalArgumentException("no strain '" + word + "'");
    }

    /** What to boot such a kernel with. */
    KernelConfig applyTo(KernelConfig config) {
        return switch (this) {
            case NONE, FAULTS -> config;
            case JITTER -> config.jitter(true);
            case PRESSURE -> withLittleMemory(config);
            case PRESSURE_AND_JITTER -> withLittleMemory(config).jitter(true);
        };
    }

    private static KernelConfig withLittleMemory(KernelConfig config) {
        return config.memory(LITTLE_BYTES).pageCache(LITTLE_BYTES);
    }

    /** Whether an allocation may fail, though nothing in a plan makes it. */
    public boolean isShortOfMemory() {
        return isPressure() || this == FAULTS;
    }

    /** What is left of it where memory is not short. */
    Strain withEnoughMemory() {
        return this == JITTER || this == PRESSURE_AND_JITTER ? JITTER : NONE;
    }

    boolean isPressure() {
        return this == PRESSURE || this == PRESSURE_AND_JITTER;
    }

    /** Which allocations fail. */
    FaultPlan faults() {
        return this == FAULTS ? PLAN : FaultPlan.NONE;
    }

    /** Begins, when a workload has what it cannot do without; the workload ends it. */
    public Burden begin(VirtualKernel kernel) {
        return Burden.begin(kernel, this);
    }

    @Override
    public String toString() {
        return word;
    }
}
