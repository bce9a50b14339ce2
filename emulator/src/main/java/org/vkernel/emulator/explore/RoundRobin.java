package org.vkernel.emulator.explore;

import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.Strategy;

/**
 * Goes on where it can, takes what waits longest where it must, and delivers interrupts at once.
 */
public final class RoundRobin implements Strategy {
    /** The name on the command line. */
    public static final String NAME = "round-robin";

    /** Points after which another task gets its turn, as a time slice would give it. */
    private static final int SLICE = 64;

    private int left = SLICE;

    /** Hundredths of a fault that are owed. */
    private int faults;

    @Override
    public String name() {
        return NAME;
    }

    /** Faults come at even distances: nothing here is left to chance. */
    private boolean faultIsDue(int percent) {
        faults += percent;
        if (faults < 100) {
            return false;
        }
        faults -= 100;
        return true;
    }

    @Override
    public int choose(ChoiceKind kind, int count, Alternatives view) {
        if (kind == ChoiceKind.FAULT) {
            return faultIsDue(view.percent()) ? 1 : 0;
        }
        if (kind == ChoiceKind.TIME) {
            return 0;
        }
        for (int i = 0; i < count; i++) {
            if (view.isInterrupt(i)) {
                return i;
            }
        }
        if (kind == ChoiceKind.POINT && --left == 0) {
            left = SLICE;
            return 1;
        }
        return 0;
    }
}
