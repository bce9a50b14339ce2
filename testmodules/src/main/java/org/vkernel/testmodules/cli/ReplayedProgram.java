package org.vkernel.testmodules.cli;

import com.google.common.collect.ImmutableList;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.testmodules.scenario.RunResult;

/** What a token names, to be run once more. */
interface ReplayedProgram {
    /** What its kernel is booted with, but for the schedule. */
    KernelConfig config();

    /** What it does, where that is not known by its name. */
    ImmutableList<String> heading();

    /** Runs it. */
    RunResult run(KernelConfig with);

    /** Cuts the run short, from any thread, where it may take long. */
    default void powerOff() {}
}
