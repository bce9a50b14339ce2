package org.vkernel.testmodules.cli;

import java.util.List;
import java.util.Objects;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.explore.Narrator;
import org.vkernel.emulator.explore.ReplayToken;
import org.vkernel.emulator.explore.SparseSchedule;
import org.vkernel.emulator.explore.Strategies;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.emulator.trace.ColumnTrace;
import org.vkernel.testmodules.property.suite.Trial;
import org.vkernel.testmodules.scenario.RunResult;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code vkernel replay}: runs the one schedule of a token again, and shows all of it. */
public final class ReplayCommand implements VkernelCommand {
    @Override
    public String name() {
        return "replay";
    }

    @Override
    public String description() {
        return "Runs the schedule of a token again, and shows all that happens.";
    }

    @Override
    public void describe(CommandSpec spec) {
        spec.addPositional(
                PositionalParamSpec.builder()
                        .index("0")
                        .arity("1")
                        .required(true)
                        .paramLabel("TOKEN")
                        .type(String.class)
                        .description("What a failure printed.")
                        .build());
        spec.addOption(
                OptionSpec.builder("--columns")
                        .type(boolean.class)
                        .description("Shows the run as a picture, a column for each CPU.")
                        .build());
        RunOptions.describeClassPath(spec);
    }

    @Override
    public int run(CommandSpec spec, Console console) throws UsageException {
        ReplayToken token;
        try {
            token = ReplayToken.parse(spec.positionalParameters().getFirst().getValue());
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        ReplayedProgram program = program(token, spec);
        KernelConfig config = withSchedule(program.config(), token);
        console.onInterrupt(program::powerOff);
        RunResult silent = program.run(config);
        if (ReplayToken.checkOf(silent.fingerprint()) != token.check()) {
            throw new UsageException(
                    "a token of another version of the program: its run had a fingerprint that"
                            + " begins with "
                            + String.format("%08x", token.check())
                            + ", this one's is "
                            + silent.fingerprint());
        }
        program.heading().forEach(console.out()::println);
        boolean isPicture = Boolean.TRUE.equals(spec.findOption("--columns").getValue());
        RunResult result =
                isPicture
                        ? runAsPicture(program, config, console)
                        : runAsTrace(program, config, console);
        if (result.failure() != null) {
            console.complain(name() + ": " + result.failure());
        }
        console.println(result.toLine());
        return result.isOk() ? Main.OK : Main.FAILED;
    }

    private static ReplayedProgram program(ReplayToken token, CommandSpec spec)
            throws UsageException {
        return Trial.isTrial(token.program())
                ? new ReplayedTrial(token)
                : new ReplayedScenario(
                        token, spec.findOption("--class-path").originalStringValues());
    }

    private static KernelConfig withSchedule(KernelConfig config, ReplayToken token)
            throws UsageException {
        SparseSchedule schedule = token.schedule();
        if (schedule != null) {
            return config.seed(token.seed()).strategy(seed -> schedule.strategy());
        }
        try {
            var _ = Strategies.of(token.strategy(), token.seed());
        } catch (IllegalArgumentException e) {
            throw new UsageException("a token of another version of vkernel: " + e.getMessage());
        }
        return config.seed(token.seed()).strategy(seed -> Strategies.of(token.strategy(), seed));
    }

    private static RunResult runAsTrace(
            ReplayedProgram program, KernelConfig config, Console console) {
        return program.run(
                config.log(console::println)
                        .output(console::println)
                        .trace(event -> console.out().println(event.toLine())));
    }

    private static RunResult runAsPicture(
            ReplayedProgram program, KernelConfig config, Console console) {
        ColumnTrace columns = ColumnTrace.ofAll(config.cpus());
        RunResult result =
                program.run(
                        config.trace(columns)
                                .strategy(seed -> new Narrator(strategyOf(config), columns)));
        List<String> lines = columns.lines();
        lines.forEach(console.out()::println);
        return result;
    }

    private static Strategy strategyOf(KernelConfig config) {
        return Objects.requireNonNull(config.newStrategy());
    }
}
