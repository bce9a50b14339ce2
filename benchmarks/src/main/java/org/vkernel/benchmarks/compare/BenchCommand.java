package org.vkernel.benchmarks.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vkernel.testmodules.cli.Console;
import org.vkernel.testmodules.cli.UsageException;
import org.vkernel.testmodules.cli.VkernelCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * {@code vkernel bench}: measures vkernel beside the host's kernel and plain Java, or how its costs
 * grow.
 */
public final class BenchCommand implements VkernelCommand {
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final String CHART = "vkernel-scaling.svg";

    @Override
    public String name() {
        return "bench";
    }

    @Override
    public String description() {
        return "Measures vkernel beside the host's kernel and plain Java, in one process.";
    }

    @Override
    public void describe(CommandSpec spec) {
        flag(spec, "--quick", "Short rounds: ends within a minute, and spreads more.");
        flag(
                spec,
                "--scaling",
                "Measures how costs grow with sockets, groups, callbacks, timers, CPUs and queues"
                        + " instead, and draws it.");
        file(spec, "--csv", "Writes the figures, a line for each workload and column.");
        file(spec, "--svg", "Where --scaling draws its chart. Default: " + CHART + ".");
    }

    private static void flag(CommandSpec spec, String option, String description) {
        spec.addOption(
                OptionSpec.builder(option).type(boolean.class).description(description).build());
    }

    private static void file(CommandSpec spec, String option, String description) {
        spec.addOption(
                OptionSpec.builder(option)
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description(description)
                        .build());
    }

    @Override
    public int run(CommandSpec spec, Console console) throws UsageException {
        boolean scaling = isSet(spec, "--scaling");
        Path chart = spec.findOption("--svg").getValue();
        if (chart != null && !scaling) {
            throw new UsageException("--svg " + chart + ": expected --scaling with it");
        }
        Effort effort = isSet(spec, "--quick") ? Effort.QUICK : Effort.FULL;
        Path csv = spec.findOption("--csv").getValue();
        Path drawn = scaling && chart == null ? Path.of(CHART) : chart;
        hintAtHeap(console);
        try (PrintStream svg = open("--svg", drawn);
                PrintStream figures = open("--csv", csv)) {
            if (scaling) {
                new Scaling(new Comparison(effort))
                        .run(console, figures, svg, Objects.requireNonNull(drawn));
            } else {
                compare(new Comparison(effort), console, figures);
            }
            return isWritten("--svg", drawn, svg, console)
                            && isWritten("--csv", csv, figures, console)
                    ? OK
                    : FAILED;
        }
    }

    /** The first use of a page costs a microsecond and more, and whoever allocates pays it. */
    private static void hintAtHeap(Console console) {
        Runtime runtime = Runtime.getRuntime();
        if (runtime.totalMemory() < runtime.maxMemory()) {
            console.complain(
                    "the heap may grow meanwhile, which counts as well; not so with java -Xms1g"
                            + " -Xmx1g -XX:+AlwaysPreTouch");
        }
    }

    private static boolean isWritten(
            String option, @Nullable Path file, PrintStream written, Console console) {
        if (written.checkError()) {
            console.complain(option + " " + file + ": not all of it could be written");
            return false;
        }
        return true;
    }

    private static boolean isSet(CommandSpec spec, String option) {
        return Boolean.TRUE.equals(spec.findOption(option).getValue());
    }

    private static PrintStream open(String option, @Nullable Path file) throws UsageException {
        try {
            return file == null
                    ? new PrintStream(PrintStream.nullOutputStream())
                    : new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UsageException(
                    option + " " + file + ": cannot be written: expected a file's name");
        }
    }

    private static void compare(Comparison comparison, Console console, PrintStream figures) {
        console.println(ComparisonTable.heading());
        figures.println(ComparisonTable.csvHeading());
        List<Comparison.Line> lines = new ArrayList<>();
        String hostMissing = null;
        for (Workload workload : Workloads.ALL) {
            console.complain(
                    "%d of %d: %s"
                            .formatted(lines.size() + 1, Workloads.ALL.size(), workload.name()));
            Comparison.Line line = comparison.measure(workload);
            lines.add(line);
            hostMissing = line.hostMissing() == null ? hostMissing : line.hostMissing();
            console.println(ComparisonTable.row(line));
            ComparisonTable.csvRows(line).forEach(figures::println);
        }
        if (hostMissing != null) {
            console.println("no kernel of the host's: " + hostMissing);
        }
        console.println(ComparisonTable.summary(lines));
    }
}
