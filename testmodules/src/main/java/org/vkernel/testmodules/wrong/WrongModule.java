package org.vkernel.testmodules.wrong;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.process.ProcessBody;

/**
 * A module that breaks a rule, and its repaired twin.
 *
 * @param rule the rule of the report that it ends in
 * @param wrong the module
 * @param repaired the same without the mistake
 * @param process what runs beside the loaded module, for a second; null: nothing
 * @param isRace whether it needs a schedule that not every run takes
 */
public record WrongModule(
        String rule,
        Class<? extends KernelModule> wrong,
        Class<? extends KernelModule> repaired,
        @Nullable ProcessBody process,
        boolean isRace) {

    /** One that breaks its rule in any run. */
    static WrongModule of(
            String rule,
            Class<? extends KernelModule> wrong,
            Class<? extends KernelModule> repaired) {
        return new WrongModule(rule, wrong, repaired, null, false);
    }

    /** The same with a process beside it. */
    WrongModule beside(ProcessBody body) {
        return new WrongModule(rule, wrong, repaired, body, isRace);
    }

    /** The same, but broken in some schedules only. */
    WrongModule inSomeSchedules() {
        return new WrongModule(rule, wrong, repaired, process, true);
    }

    @Override
    public String toString() {
        return wrong.getSimpleName();
    }
}
