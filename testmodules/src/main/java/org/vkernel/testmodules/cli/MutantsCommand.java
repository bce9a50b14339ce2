package org.vkernel.testmodules.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.testmodules.property.suite.Finding;
import org.vkernel.testmodules.property.suite.Hunt;
import org.vkernel.testmodules.property.suite.PropertySuite;
import org.vkernel.testmodules.property.suite.Trials;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * {@code vkernel mutants}: hunts historical bugs with the property suite and the checkers, each in
 * kernels that have it; and first kernels that have none, where whatever is found is a false alarm.
 */
public final class MutantsCommand implements VkernelCommand {
    private static final int DEFAULT_SCHEDULES = 10_000;

    /** Schedules of the unchanged code for each of a variant. */
    private static final int UNCHANGED_FOR_EACH = 10;

    private static final int SEED = 1;

    /** Hunts at once. */
    private static final int WORKERS = Runtime.getRuntime().availableProcessors();

    @Override
    public String name() {
        return "mutants";
    }

    @Override
    public String description() {
        return "Hunts bugs that Linux had with the property suite and the checkers.";
    }

    @Override
    public void describe(CommandSpec spec) {
        RunOptions.number(
                spec,
                "--schedules",
                1,
                Integer.MAX_VALUE / UNCHANGED_FOR_EACH,
                "How many schedules of each variant at most, and a tenth of those of the unchanged"
                        + " code. Default: "
                        + DEFAULT_SCHEDULES
                        + ".");
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("[NAME]...")
                        .hideParamSyntax(true)
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .arity("0..*")
                        .description("These bugs: see vkernel variants. Default: all.")
                        .build());
    }

    @Override
    public int run(CommandSpec spec, Console console) throws UsageException {
        Integer given = spec.findOption("--schedules").getValue();
        int schedules = given == null ? DEFAULT_SCHEDULES : given;
        List<Variant> variants = variants(spec.positionalParameters().getFirst().getValue());
        Hunters unchanged = new Hunters(WORKERS);
        Hunters hunters = new Hunters(WORKERS);
        console.onInterrupt(() -> {
            unchanged.stop();
            hunters.stop();
        });
        int falseAlarms = falseAlarms(unchanged, console, (long) schedules * UNCHANGED_FOR_EACH);
        int found = found(hunters, console, variants, schedules);
        console.println(
                "%d of %d found, %d false alarms".formatted(found, variants.size(), falseAlarms));
        return found == variants.size() && falseAlarms == 0 ? Main.OK : Main.FAILED;
    }

    // ---- The unchanged code -----------------------------------------------------------------

    private static int falseAlarms(Hunters hunters, Console console, long schedules) {
        int parts = (int) Math.min(WORKERS, schedules);
        List<Hunters.Task> tasks = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            long from = schedules * part / parts;
            long most = schedules * (part + 1) / parts - from;
            Hunt hunt = new Hunt(PropertySuite.all(), Trials.standard(SEED + from));
            tasks.add(hunters.start(hunt, most, true));
        }
        long begin = System.nanoTime();
        int count = 0;
        try (var _ =
                LiveProgress.start(
                        console.err(),
                        () ->
                                "unchanged code: "
                                        + hunters.done()
                                        + " of "
                                        + schedules
                                        + LiveProgress.speed(hunters.done(), begin)
                                        + LiveProgress.left(hunters.done(), schedules, begin))) {
            for (Hunters.Task task : tasks) {
                for (Finding alarm : task.await()) {
                    count++;
                    console.println("false alarm: " + alarm.failure());
                    console.println("        vkernel replay " + alarm.token());
                }
            }
        }
        console.complain(hunters.done() + " schedules of the unchanged code");
        return count;
    }

    // ---- The variants -----------------------------------------------------------------------

    private static int found(
            Hunters hunters, Console console, List<Variant> variants, int schedules) {
        List<Hunters.Task> tasks = new ArrayList<>();
        for (Variant variant : variants) {
            Hunt hunt =
                    new Hunt(
                            PropertySuite.all(),
                            Trials.standard(SEED)
                                    .with(List.of(variant.name()), variant.profiles()));
            tasks.add(hunters.start(hunt, schedules, false));
        }
        long begin = System.nanoTime();
        int found = 0;
        try (var _ =
                LiveProgress.start(
                        console.err(),
                        () ->
                                hunters.ended()
                                        + " of "
                                        + variants.size()
                                        + " variants, "
                                        + hunters.done()
                                        + " schedules"
                                        + LiveProgress.speed(hunters.done(), begin)
                                        + LiveProgress.left(
                                                hunters.ended(), variants.size(), begin))) {
            for (int i = 0; i < tasks.size(); i++) {
                List<Finding> findings = tasks.get(i).await();
                found += findings.size();
                tell(console, variants.get(i), tasks.get(i).hunt(), findings);
            }
        }
        return found;
    }

    private static void tell(Console console, Variant variant, Hunt hunt, List<Finding> findings) {
        if (findings.isEmpty()) {
            console.println(
                    "%-6s  not found in %d schedules".formatted(variant.name(), hunt.done()));
            return;
        }
        Finding finding = findings.getFirst();
        console.println(
                "%-6s  found in %d schedules: %s"
                        .formatted(variant.name(), hunt.done(), finding.failure()));
        console.println("        vkernel replay " + finding.token());
    }

    /** All historical bugs, or those with these names. */
    private static List<Variant> variants(@Nullable List<?> names) throws UsageException {
        ClassLoader loader = MutantsCommand.class.getClassLoader();
        List<Variant> variants = new ArrayList<>();
        if (names == null) {
            for (Variant variant : Variants.all(loader)) {
                if (variant.kind() == Variant.Kind.HISTORICAL_BUG) {
                    variants.add(variant);
                }
            }
            return variants;
        }
        for (Object name : names) {
            Variant variant;
            try {
                variant = VariantsCommand.find((String) name, loader);
            } catch (UsageException e) {
                throw new UsageException(name + ": " + e.getMessage());
            }
            if (variant.kind() != Variant.Kind.HISTORICAL_BUG) {
                throw new UsageException(
                        name + ": a repair, which there is nothing to find in: expected a bug");
            }
            variants.add(variant);
        }
        return variants;
    }
}
