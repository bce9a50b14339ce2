package org.vkernel.testmodules.cli;

import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.testmodules.scenario.RunResult;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;
import org.vkernel.testmodules.scenario.ScenarioRun;
import org.vkernel.testmodules.scenario.Scenarios;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * {@code vkernel run}: runs one scenario once, and prints dmesg and the processes' output as they
 * come.
 */
public final class RunCommand implements VkernelCommand {
    @Override
    public String name() {
        return "run";
    }

    @Override
    public String description() {
        return "Boots a kernel, runs a scenario in it, shuts it down and checks for leaks.";
    }

    @Override
    public void describe(CommandSpec spec) {
        RunOptions.describe(spec);
        spec.addOption(
                OptionSpec.builder("--trace")
                        .paramLabel("FILE")
                        .type(String.class)
                        .description(
                                "Writes all that happens, a line each, to FILE; to standard output"
                                        + " where it is -.")
                        .build());
        spec.addOption(
                OptionSpec.builder("--pcap")
                        .paramLabel("FILE")
                        .type(String.class)
                        .description(
                                "Writes each netlink message that is delivered to FILE, a capture"
                                        + " for Wireshark.")
                        .build());
        spec.usageMessage()
                .sectionMap()
                .put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> listOfScenarios());
    }

    private static String listOfScenarios() {
        StringBuilder text = new StringBuilder();
        text.append(String.format("%nBuilt-in scenarios:%n"));
        for (Scenario scenario : Scenarios.all()) {
            text.append(
                    String.format(
                            "  %-14s %s, for %s%n",
                            scenario.name(),
                            scenario.description(),
                            Durations.format(scenario.duration())));
        }
        return text.toString();
    }

    @Override
    public int run(CommandSpec spec, Console console) throws UsageException {
        RunOptions options = new RunOptions(spec);
        ScenarioOptions scenarioOptions = options.scenarioOptions();
        KernelConfig config = options.config().log(console::println).output(console::println);
        String hint = options.scenario().hint(config.profile(), scenarioOptions);
        try (TraceOutput trace = TraceOutput.open(spec.findOption("--trace").getValue(), console)) {
            CaptureOutput capture = CaptureOutput.open(spec.findOption("--pcap").getValue());
            ScenarioRun run =
                    new ScenarioRun(
                            options.scenario(),
                            config.trace(trace.listener()),
                            scenarioOptions,
                            capture.tap());
            console.onInterrupt(run::powerOff);
            if (hint != null) {
                console.complain(name() + ": " + hint);
            }
            RunResult result = run.run();
            if (result.failure() != null) {
                console.complain(name() + ": " + result.failure());
            }
            boolean isCaptureWritten = capture.finish(console);
            boolean isTraceWritten = trace.isWritten();
            if (!result.isOk() && config.isSimulated() && !result.interrupted()) {
                String strategy = spec.findOption("--strategy").getValue();
                console.println(
                        "to repeat it: "
                                + FailureText.replay(
                                        spec,
                                        strategy == null ? RandomWalk.NAME : strategy,
                                        config.seed(),
                                        result.fingerprint()));
            }
            console.println(result.toLine());
            return result.isOk() && isTraceWritten && isCaptureWritten ? Main.OK : Main.FAILED;
        }
    }
}
