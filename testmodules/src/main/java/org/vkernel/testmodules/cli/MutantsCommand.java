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
        int falseAlarms = falseAlarms(console, (long) schedules * UNCHANGED_FOR_EACH);
        int found = 0;
        for (Variant variant : variants) {
            Hunt hunt =
                    new Hunt(
                            PropertySuite.all(),
                            Trials.standard(SEED)
                                    .with(List.of(variant.name()), variant.profiles()));
            console.onInterrupt(hunt::stop);
            Finding finding = HuntRun.run(hunt, schedules);
            found += finding == null ? 0 : 1;
            console.println(
                    finding == null
                            ? "%-6s  not found in %d schedules"
                                    .formatted(variant.name(), hunt.done())
                            : "%-6s  found in %d schedules: %s"
                                    .formatted(variant.name(), hunt.done(), finding.failure()));
            if (finding != null) {
                console.println("        vkernel replay " + finding.token());
            }
        }
        console.println(
                "%d of %d found, %d false alarms".formatted(found, variants.size(), falseAlarms));
        return found == variants.size() && falseAlarms == 0 ? Main.OK : Main.FAILED;
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

    private static int falseAlarms(Console console, long schedules) {
        Hunt hunt = new Hunt(PropertySuite.all(), Trials.standard(SEED));
        console.onInterrupt(hunt::stop);
        int count = 0;
        for (Finding alarm = HuntRun.run(hunt, schedules);
                alarm != null;
                alarm = HuntRun.run(hunt, schedules)) {
            count++;
            console.println("false alarm: " + alarm.failure());
            console.println("        vkernel replay " + alarm.token());
        }
        console.err().println(hunt.done() + " schedules of the unchanged code");
        return count;
    }
}
