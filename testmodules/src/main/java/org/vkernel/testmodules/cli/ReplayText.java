package org.vkernel.testmodules.cli;

import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.explore.ReplayToken;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What a token of the command line holds as its program: the words that ask for the same run. */
final class ReplayText {
    /** Of the schedule, or of what is shown of it: no part of what runs. */
    private static final ImmutableSet<String> NOT_THE_PROGRAM =
            ImmutableSet.of(
                    "--seed",
                    "--strategy",
                    "--schedules",
                    "--bound",
                    "--trace",
                    "--pcap",
                    "--class-path");

    private static final char SEPARATOR = '\n';

    private ReplayText() {}

    /** The words of the user that say what runs. */
    static String of(CommandSpec spec) {
        List<String> words =
                new ArrayList<>(spec.positionalParameters().getFirst().originalStringValues());
        for (OptionSpec option : spec.options()) {
            if (NOT_THE_PROGRAM.contains(option.longestName())) {
                continue;
            }
            for (String value : option.originalStringValues()) {
                boolean isFlag = option.arity().max() == 0;
                words.add(isFlag ? option.longestName() : option.longestName() + "=" + value);
            }
        }
        return Joiner.on(SEPARATOR).join(words);
    }

    /**
     * The options of a token's run.
     *
     * @param classPath what the user gave with the token, or null
     */
    static RunOptions options(ReplayToken token, List<String> classPath) throws UsageException {
        CommandSpec spec = CommandSpec.create();
        RunOptions.describe(spec);
        List<String> words =
                new ArrayList<>(
                        Splitter.on(SEPARATOR).omitEmptyStrings().splitToList(token.program()));
        for (String path : classPath) {
            words.add("--class-path=" + path);
        }
        try {
            new CommandLine(spec)
                    .setExpandAtFiles(false)
                    .parseArgs(ImmutableList.copyOf(words).toArray(String[]::new));
        } catch (CommandLine.ParameterException e) {
            throw new UsageException(
                    "a token of another version of vkernel: " + ParameterMessages.of(e));
        }
        return new RunOptions(spec);
    }
}
