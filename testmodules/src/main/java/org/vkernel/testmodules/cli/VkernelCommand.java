package org.vkernel.testmodules.cli;

import picocli.CommandLine.Model.CommandSpec;

/** A command of {@code vkernel}; found by {@link java.util.ServiceLoader}. */
public interface VkernelCommand {
    /** The word after {@code vkernel}. */
    String name();

    /** What it does, in one line. */
    String description();

    /** Adds its options and parameters to {@code spec}, and the sections of its help. */
    void describe(CommandSpec spec);

    /**
     * Runs it.
     *
     * @param spec what {@link #describe} described, with the values that the user gave
     * @return the exit status: 0 or 1
     * @throws UsageException if the user's input is wrong; nothing may have been printed yet
     */
    int run(CommandSpec spec, Console console) throws UsageException;
}
