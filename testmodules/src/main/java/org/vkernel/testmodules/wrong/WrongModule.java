package org.vkernel.testmodules.wrong;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.process.ProcessBody;

/**
 * A module that breaks a rule, and its repaired twin.
 *
 * @param rule the rule of the report that it ends in
 * @param wrong the module
 * @param repaired the same without the mistake
 * @param process what runs beside the loaded module; null: nothing
 * @param time how long that runs, in virtual time
 * @param isRace whether it needs a schedule that not every run takes
 * @param callTraces whether its line is in a call trace that the checkers do not always keep
 */
public record WrongModule(
        String rule,
        Class<? extends KernelModule> wrong,
        Class<? extends KernelModule> repaired,
        @Nullable ProcessBody process,
        Duration time,
        boolean isRace,
        boolean callTraces) {
    private static final Duration TIME = Duration.ofSeconds(1);

    /** One that breaks its rule in any run. */
    static WrongModule of(
            String rule,
            Class<? extends KernelModule> wrong,
            Class<? extends KernelModule> repaired) {
        return new WrongModule(rule, wrong, repaired, null, TIME, false, false);
    }

    /** The same with a process beside it. */
    WrongModule beside(ProcessBody body) {
        return new WrongModule(rule, wrong, repaired, body, time, isRace, callTraces);
    }

    /** The same, but it takes longer. */
    WrongModule within(Duration longer) {
        return new WrongModule(rule, wrong, repaired, process, longer, isRace, callTraces);
    }

    /** The same, but broken in some schedules only. */
    WrongModule inSomeSchedules() {
        return new WrongModule(rule, wrong, repaired, process, time, true, callTraces);
    }

    /** The same, but the line is where something began that is reported later. */
    WrongModule seenLater() {
        return new WrongModule(rule, wrong, repaired, process, time, isRace, true);
    }

    @Override
    public String toString() {
        return wrong.getSimpleName();
    }
}
