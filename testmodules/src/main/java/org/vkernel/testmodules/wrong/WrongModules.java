package org.vkernel.testmodules.wrong;

import com.google.common.collect.ImmutableList;

/** The table of wrong modules. */
public final class WrongModules {
    private static final String LEFT = "leak at module unload";

    private static final ImmutableList<WrongModule> ALL =
            ImmutableList.of(
                    // What is left at a module's unload.
                    WrongModule.of(LEFT, LeftTimer.class, LeftTimerRepaired.class),
                    WrongModule.of(LEFT, LeftWork.class, LeftWorkRepaired.class),
                    WrongModule.of(LEFT, LeftThread.class, LeftThreadRepaired.class),
                    WrongModule.of(LEFT, LeftProcEntry.class, LeftProcEntryRepaired.class),
                    WrongModule.of(LEFT, LeftCallback.class, LeftCallbackRepaired.class),
                    WrongModule.of(LEFT, LeftSocket.class, LeftSocketRepaired.class),
                    WrongModule.of(LEFT, LeftRcuCallback.class, LeftRcuCallbackRepaired.class)
                            .inSomeSchedules(),
                    WrongModule.of(LEFT, RunsUnloaded.class, RunsUnloadedRepaired.class));

    private WrongModules() {}

    /** All of them, by the checker that finds them. */
    public static ImmutableList<WrongModule> all() {
        return ALL;
    }
}
