package org.vkernel.testmodules.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.KnownCounterExamples;
import org.vkernel.testmodules.property.suite.Finding;
import org.vkernel.testmodules.property.suite.FindingText;
import org.vkernel.testmodules.property.suite.Hunt;
import org.vkernel.testmodules.property.suite.KnownExamples;
import org.vkernel.testmodules.property.suite.PropertySuite;
import org.vkernel.testmodules.property.suite.Trials;
import org.vkernel.testmodules.scenario.Spelling;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * {@code vkernel known}: lists what Linux itself breaks, and the reference with it, or hunts some
 * of that with the property suite and shows the smallest run that meets it.
 */
public final class KnownCommand implements VkernelCommand {
    private static final int DEFAULT_SCHEDULES = 100_000;

    /** Between two looks at what was met. */
    private static final int AT_ONCE = 10;

    private static final int SEED = 1;

    @Override
    public String name() {
        return "known";
    }

    @Override
    public String description() {
        return "Lists what Linux itself breaks, or finds it with the property suite.";
    }

    @Override
    public void describe(CommandSpec spec) {
        RunOptions.number(
                spec,
                "--schedules",
                1,
                Integer.MAX_VALUE,
                "How many schedules of the suite at most. Default: " + DEFAULT_SCHEDULES + ".");
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("[NAME]...")
                        .hideParamSyntax(true)
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .arity("0..*")
                        .description("Find and show these. Default: list all, in a line each.")
                        .build());
    }

    @Override
    public int run(CommandSpec spec, Console console) throws UsageException {
        List<?> names = spec.positionalParameters().getFirst().getValue();
        Map<String, String> all = all();
        if (names == null) {
            all.forEach((name, why) -> console.println("%-7s  %s".formatted(name, why)));
            console.println(all.size() + " known");
            return Main.OK;
        }
        Set<String> wanted = new LinkedHashSet<>();
        for (Object name : names) {
            wanted.add(known((String) name, all));
        }
        Integer given = spec.findOption("--schedules").getValue();
        return show(wanted, all, given == null ? DEFAULT_SCHEDULES : given, console);
    }

    /** What Linux does, by the catalogue's names. */
    private static Map<String, String> all() {
        TreeMap<String, String> all = new TreeMap<>();
        KnownCounterExamples.all().forEach(entry -> all.put(entry.name(), entry.why()));
        KnownExamples.all().forEach(entry -> all.putIfAbsent(entry.name(), entry.why()));
        return all;
    }

    private static String known(String name, Map<String, String> all) throws UsageException {
        if (all.containsKey(name)) {
            return name;
        }
        String closest = Spelling.closest(name, List.copyOf(all.keySet()));
        throw new UsageException(
                name
                        + ": no such example"
                        + (closest == null ? "" : " (did you mean " + closest + "?)")
                        + ": expected "
                        + String.join(", ", all.keySet()));
    }

    private static int show(
            Set<String> wanted, Map<String, String> all, int most, Console console) {
        Hunt hunt = new Hunt(PropertySuite.all(), Trials.standard(SEED));
        console.onInterrupt(hunt::stop);
        TreeSet<String> missing = new TreeSet<>(wanted);
        AtomicInteger found = new AtomicInteger();
        long begin = System.nanoTime();
        Finding alarm = null;
        try (var _ =
                LiveProgress.start(
                        console.err(),
                        () ->
                                "%d of %d found, %d schedules of at most %d"
                                                .formatted(
                                                        found.get(),
                                                        wanted.size(),
                                                        hunt.done(),
                                                        most)
                                        + LiveProgress.speed(hunt.done(), begin))) {
            while (alarm == null && !missing.isEmpty() && hunt.done() < most && !hunt.isStopped()) {
                alarm = HuntRun.run(hunt, Math.min(most, hunt.done() + AT_ONCE));
                missing.removeAll(hunt.examples().keySet());
                found.set(wanted.size() - missing.size());
            }
        }
        for (String name : wanted) {
            console.println(name + ": " + all.get(name));
            tell(hunt.examples().get(name), hunt.done(), console);
        }
        if (alarm != null) {
            console.println("false alarm: " + alarm.failure());
            console.println("        vkernel replay " + alarm.token());
        }
        console.println("%d of %d found".formatted(wanted.size() - missing.size(), wanted.size()));
        return missing.isEmpty() && alarm == null ? Main.OK : Main.FAILED;
    }

    private static void tell(@Nullable Finding found, long done, Console console) {
        if (found == null) {
            console.println("  not found in " + done + " schedules");
        } else {
            HuntRun.onVirtualThread(() -> FindingText.lines(found))
                    .forEach(line -> console.println("  " + line));
        }
    }
}
