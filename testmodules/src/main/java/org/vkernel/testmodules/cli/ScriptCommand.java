package org.vkernel.testmodules.cli;

import java.util.Objects;
import org.vkernel.emulator.KernelFailedException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code vkernel script}: does netlink scripts, on this kernel or on the host's, and compares their
 * answers.
 */
public final class ScriptCommand implements VkernelCommand {
    private static final String REPLAY = "replay";
    private static final String RECORD = "record";
    private static final String DIFF = "diff";

    @Override
    public String name() {
        return "script";
    }

    @Override
    public String description() {
        return "Replays and records netlink scripts, and compares this kernel with the host's.";
    }

    @Override
    public void describe(CommandSpec spec) {
        CommandSpec replay = subcommand("Does recorded scripts and compares the answers.");
        replay.addPositional(files("FILE|DIR", "Records, or folders that hold some (*.nls)."));
        CommandSpec record = subcommand("Does scripts and writes down the answers.");
        record.addPositional(files("FILE", "Scripts (*.nls)."));
        record.addOption(
                OptionSpec.builder("--on")
                        .paramLabel("KERNEL")
                        .type(String.class)
                        .required(true)
                        .description("Which kernel does them: host or vkernel.")
                        .build());
        record.addOption(folder(true, "Where the records go, under the names of the scripts."));
        CommandSpec diff = subcommand("Does random scripts on the host's kernel and on this one.");
        diff.addOption(
                OptionSpec.builder("--count")
                        .paramLabel("N")
                        .type(Integer.class)
                        .converters(value -> ScriptDiffRun.parseCount(value))
                        .description("How many. Default: " + ScriptDiffRun.DEFAULT_COUNT + ".")
                        .build());
        diff.addOption(
                OptionSpec.builder("--seed")
                        .paramLabel("S")
                        .type(Long.class)
                        .converters(value -> ScriptDiffRun.parseSeed(value))
                        .description("Decides which. Default: " + ScriptDiffRun.DEFAULT_SEED + ".")
                        .build());
        diff.addOption(folder(false, "Where differing scripts are saved. Default: here."));
        spec.addSubcommand(REPLAY, replay);
        spec.addSubcommand(RECORD, record);
        spec.addSubcommand(DIFF, diff);
    }

    private static CommandSpec subcommand(String description) {
        CommandSpec spec = CommandSpec.create();
        spec.usageMessage().description(description);
        spec.addOption(
                OptionSpec.builder("-h", "--help")
                        .type(boolean.class)
                        .usageHelp(true)
                        .description("Shows this text.")
                        .build());
        return spec;
    }

    private static PositionalParamSpec files(String label, String description) {
        return PositionalParamSpec.builder()
                .paramLabel(label)
                .arity("1..*")
                .required(true)
                .type(String[].class)
                .description(description)
                .build();
    }

    private static OptionSpec folder(boolean required, String description) {
        return OptionSpec.builder("-o")
                .paramLabel("DIR")
                .type(String.class)
                .required(required)
                .description(description)
                .build();
    }

    @Override
    public int run(CommandSpec spec, Console console) throws UsageException {
        ParseResult parsed = spec.commandLine().getParseResult();
        if (!parsed.hasSubcommand()) {
            throw new UsageException(
                    "expected "
                            + REPLAY
                            + ", "
                            + RECORD
                            + " or "
                            + DIFF
                            + "; see 'vkernel script --help'");
        }
        ParseResult sub = parsed.subcommand();
        try {
            return switch (sub.commandSpec().name()) {
                case REPLAY -> ScriptReplayRun.run(positional(sub), console);
                case RECORD ->
                        ScriptRecordRun.run(
                                positional(sub),
                                Objects.requireNonNull(sub.matchedOptionValue("--on", "")),
                                Objects.requireNonNull(sub.matchedOptionValue("-o", "")),
                                console);
                default ->
                        ScriptDiffRun.run(
                                sub.matchedOptionValue("--count", ScriptDiffRun.DEFAULT_COUNT),
                                sub.matchedOptionValue("--seed", ScriptDiffRun.DEFAULT_SEED),
                                Objects.requireNonNull(sub.matchedOptionValue("-o", ".")),
                                console);
            };
        } catch (KernelFailedException e) {
            throw new IllegalStateException("the virtual kernel failed: " + e.getMessage(), e);
        }
    }

    private static String[] positional(ParseResult parsed) {
        return parsed.matchedPositionalValue(0, new String[0]);
    }
}
