package org.vkernel.emulator.module.sample;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** A module with helpers beside it in its package. */
public final class TopLevel implements Supplier<String> {
    private static int loads;
    private static final int[] TABLE = Helper.squares(4);

    private final Map<State, Integer> seen = new EnumMap<>(State.class);

    @Override
    public String get() {
        loads++;
        seen.merge(State.valueOf("BUSY"), 1, Integer::sum);
        seen.merge(Helper.next(State.BUSY), 1, Integer::sum);
        int sum = 0;
        for (int square : TABLE) {
            sum += square;
        }
        return loads + " " + sum + " " + seen + " " + Helper.calls + " " + Limits.LIST;
    }
}
