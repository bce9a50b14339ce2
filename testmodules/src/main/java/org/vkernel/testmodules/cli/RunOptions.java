package org.vkernel.testmodules.cli;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Limits;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.check.CallTraces;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.emulator.explore.Strategies;
import org.vkernel.emulator.mm.FaultPlan;
import org.vkernel.emulator.mm.FaultRule;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.Modules;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.ScenarioOptions;
import org.vkernel.testmodules.scenario.Scenarios;
import org.vkernel.testmodules.scenario.Spelling;
import org.vkernel.testmodules.scenario.UnknownScenarioException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.TypeConversionException;

/** Which scenario runs, and in what kernel: the options of all commands that run scenarios. */
final class RunOptions {
    private static final String DEFAULT_SCENARIO = "cn_test";
    private static final String SIMULATED = "simulated";
    private static final String PARALLEL = "parallel";
    private static final int DEFAULT_CPUS = 2;
    private static final long DEFAULT_SEED = 1;

    private final CommandSpec spec;
    private final ClassLoader loader;
    private final Scenario scenario;

    /**
     * Reads what the user gave.
     *
     * @throws UsageException if there is no such scenario
     */
    RunOptions(CommandSpec spec) throws UsageException {
        this.spec = spec;
        this.loader = loader();
        try {
            String name = spec.positionalParameters().getFirst().getValue();
            this.scenario = Scenarios.find(name == null ? DEFAULT_SCENARIO : name, loader);
        } catch (UnknownScenarioException e) {
            throw new UsageException(e.getMessage());
        }
    }

    // ---- The options -------------------------------------------------------------------------

    /** Adds the options to a command. */
    static void describe(CommandSpec spec) {
        describe(spec, ImmutableList.of());
    }

    /** Adds the options to a command that has more strategies. */
    static void describe(CommandSpec spec, List<String> moreStrategies) {
        spec.addPositional(
                PositionalParamSpec.builder()
                        .index("0")
                        .arity("0..1")
                        .paramLabel("NAME")
                        .type(String.class)
                        .description(
                                "A built-in scenario, or the full name of a class on --class-path:"
                                        + " a Scenario, or a KernelModule, which is loaded alone."
                                        + " Default: "
                                        + DEFAULT_SCENARIO
                                        + ".")
                        .build());
        List<String> profiles = Profile.all().stream().map(Profile::name).toList();
        choice(
                spec,
                "--kernel",
                "PROFILE",
                profiles,
                "The kernel's version",
                "the scenario's own, mostly " + Profile.DEFAULT);
        choice(
                spec,
                "--machine",
                "KIND",
                ImmutableList.of(SIMULATED, PARALLEL),
                "What executes the kernel",
                SIMULATED);
        number(spec, "--cpus", 1, Limits.CPUS, "How many CPUs. Default: " + DEFAULT_CPUS + ".");
        spec.addOption(
                OptionSpec.builder("--seed")
                        .paramLabel("S")
                        .type(Long.class)
                        .converters(new SeedConverter())
                        .description(
                                "What chance is drawn from: the same seed gives the same run."
                                        + " Default: "
                                        + DEFAULT_SEED
                                        + ".")
                        .build());
        choice(
                spec,
                "--strategy",
                "NAME",
                ImmutableList.<String>builder()
                        .addAll(Strategies.NAMES)
                        .addAll(moreStrategies)
                        .build(),
                "What decides who runs next",
                RandomWalk.NAME);
        spec.addOption(
                OptionSpec.builder("--for")
                        .paramLabel("TIME")
                        .type(Duration.class)
                        .converters(new DurationConverter())
                        .description(
                                "How much time passes: 12s, 500ms, 2m. Default: the scenario's own"
                                        + " time.")
                        .build());
        spec.addOption(
                OptionSpec.builder("--memory")
                        .paramLabel("SIZE")
                        .type(Long.class)
                        .converters(new MemoryConverter())
                        .description(
                                "How much memory the kernel has: 64M, 1G, 4096K. Default: the"
                                        + " scenario's own, mostly 1G.")
                        .build());
        number(spec, "--hz", 1, 1000, "Timer ticks a second. Default: the profile's.");
        spec.addOption(
                OptionSpec.builder("--param")
                        .paramLabel("MODULE.NAME=VALUE")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description("Sets a module's parameter. May be given often.")
                        .build());
        spec.addOption(
                OptionSpec.builder("--variant")
                        .paramLabel("NAME")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description(
                                "Boots the kernel with a bug that Linux had: 'vkernel variants'"
                                        + " lists them. May be given often.")
                        .build());
        spec.addOption(
                OptionSpec.builder("--checks")
                        .paramLabel("LIST")
                        .type(CheckList.class)
                        .converters(new ChecksConverter())
                        .description(
                                "Which rules of the kernel are watched: all, none, or some of "
                                        + String.join(",", Check.optionNames())
                                        + ". Default: all.")
                        .build());
        spec.addOption(
                OptionSpec.builder("--fault")
                        .paramLabel("KIND:KEY=VALUE,...")
                        .type(List.class)
                        .auxiliaryTypes(FaultPlan.class)
                        .converters(new FaultConverter())
                        .description(
                                "Makes allocations fail: failslab:probability=10,interval=3 (of"
                                        + " caches), fail_page_alloc:... (pages), fail-nth:nth=N"
                                        + " (both). Keys: probability, interval, times, space,"
                                        + " ignore-gfp-wait, cache-filter, min-order, task, site,"
                                        + " gfp, verbose, nth. May be given often.")
                        .build());
        flag(spec, "--jitter", "Lets time pass although something could run.");
        flag(spec, "--keep-going", "Goes on after a bug report.");
        describeClassPath(spec);
    }

    /** Adds {@code --class-path} to a command. */
    static void describeClassPath(CommandSpec spec) {
        spec.addOption(
                OptionSpec.builder("--class-path")
                        .paramLabel("PATH")
                        .type(String.class)
                        .description(
                                "Folders and jars of classes of the user's, separated by '"
                                        + File.pathSeparator
                                        + "'.")
                        .build());
    }

    private static void choice(
            CommandSpec spec,
            String option,
            String label,
            List<String> values,
            String description,
            Object byDefault) {
        spec.addOption(
                OptionSpec.builder(option)
                        .paramLabel(label)
                        .type(String.class)
                        .converters(new ChoiceConverter(values))
                        .description(
                                description
                                        + ": "
                                        + String.join(", ", values)
                                        + ". Default: "
                                        + byDefault
                                        + ".")
                        .build());
    }

    /** Adds an option that takes a whole number. */
    static void number(CommandSpec spec, String option, int least, int most, String description) {
        spec.addOption(
                OptionSpec.builder(option)
                        .paramLabel("N")
                        .type(Integer.class)
                        .converters(new NumberConverter(least, most))
                        .description(description)
                        .build());
    }

    private static void flag(CommandSpec spec, String option, String description) {
        spec.addOption(
                OptionSpec.builder(option).type(boolean.class).description(description).build());
    }

    private record ChoiceConverter(List<String> values) implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            if (!values.contains(value)) {
                throw ParameterMessages.expected(String.join(", ", values));
            }
            return value;
        }
    }

    private record NumberConverter(int least, int most) implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            try {
                int number = Integer.parseInt(value);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // As one that is out of range.
            }
            throw ParameterMessages.expected("a number from " + least + " to " + most);
        }
    }

    private record SeedConverter() implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            try {
                return Long.parseLong(value);
            } catch (NumberFormatException e) {
                throw ParameterMessages.expected("a whole number of 64 bits");
            }
        }
    }

    /** The value of {@code --checks}; a bare set would be an option that is given often. */
    private record CheckList(Set<Check> checks) {}

    private record ChecksConverter() implements ITypeConverter<CheckList> {
        @Override
        public CheckList convert(String value) {
            try {
                return new CheckList(Check.parse(value));
            } catch (IllegalArgumentException e) {
                throw ParameterMessages.expected(
                        "all, none, or some of " + String.join(",", Check.optionNames()));
            }
        }
    }

    private record FaultConverter() implements ITypeConverter<FaultPlan> {
        @Override
        public FaultPlan convert(String value) {
            try {
                return FaultPlan.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    private record MemoryConverter() implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            long bytes = Sizes.parse(value);
            if (bytes < Limits.MEMORY_LEAST || bytes > Limits.MEMORY_MOST) {
                throw ParameterMessages.expected(
                        "a size from "
                                + Sizes.format(Limits.MEMORY_LEAST)
                                + " to "
                                + Sizes.format(Limits.MEMORY_MOST)
                                + ", such as 64M, 1G or 4096K");
            }
            return bytes / Memory.PAGE_BYTES * Memory.PAGE_BYTES;
        }
    }

    private record DurationConverter() implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            Duration duration = Durations.parse(value);
            if (duration == null) {
                throw ParameterMessages.expected("a time such as 12s, 500ms or 2m");
            }
            return duration;
        }
    }

    // ---- Their values ------------------------------------------------------------------------

    private <T> @Nullable T option(String name, Class<T> type) {
        return type.cast(spec.findOption(name).getValue());
    }

    private boolean isSet(String name) {
        return Boolean.TRUE.equals(option(name, Boolean.class));
    }

    private ClassLoader loader() throws UsageException {
        ClassLoader own = RunOptions.class.getClassLoader();
        String path = option("--class-path", String.class);
        if (path == null) {
            return own;
        }
        List<URL> urls = new ArrayList<>();
        for (String entry : Splitter.on(File.pathSeparatorChar).omitEmptyStrings().split(path)) {
            Path file = Path.of(entry);
            if (!Files.isReadable(file)) {
                throw classPath(entry, "no such file or folder, or not readable");
            }
            if (!Files.isDirectory(file) && !isJar(file)) {
                throw classPath(entry, "neither a folder nor a jar");
            }
            try {
                urls.add(file.toUri().toURL());
            } catch (MalformedURLException e) {
                throw new UsageException("--class-path " + entry + ": " + e.getMessage());
            }
        }
        return new URLClassLoader(urls.toArray(URL[]::new), own);
    }

    /** Asked since a class loader passes over what it cannot open. */
    private static boolean isJar(Path file) {
        try (var _ = new ZipFile(file.toFile())) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static UsageException classPath(String entry, String what) {
        return new UsageException(
                String.format(
                        "--class-path %s: %s: expected folders and jars separated by '%s'",
                        entry, what, File.pathSeparator));
    }

    /** The scenario that is meant. */
    Scenario scenario() {
        return scenario;
    }

    /** What the kernel is booted with. */
    KernelConfig config() throws UsageException {
        Long seed = option("--seed", Long.class);
        Integer cpus = option("--cpus", Integer.class);
        Integer hz = option("--hz", Integer.class);
        Long memory = option("--memory", Long.class);
        String profile = option("--kernel", String.class);
        KernelConfig config =
                KernelConfig.simulated(seed == null ? DEFAULT_SEED : seed)
                        .cpus(cpus == null ? DEFAULT_CPUS : cpus)
                        .hz(hz == null ? 0 : hz)
                        .jitter(isSet("--jitter"))
                        .keepGoing(isSet("--keep-going"))
                        .callTraces(CallTraces.ALL);
        config = config.memory(memory == null ? scenario.memory() : memory);
        config = config.profile(profile == null ? scenario.profile() : Profile.of(profile));
        CheckList checks = option("--checks", CheckList.class);
        if (checks != null) {
            config = config.checks(checks.checks());
        }
        List<?> faults = option("--fault", List.class);
        if (faults != null) {
            for (Object fault : faults) {
                config = withFaults(config, (FaultPlan) fault);
            }
        }
        List<?> variants = option("--variant", List.class);
        if (variants != null) {
            for (Object variant : variants) {
                config = withVariant(config, (String) variant);
            }
        }
        String strategy = option("--strategy", String.class);
        if (PARALLEL.equals(option("--machine", String.class))) {
            refuseOnParallel("--strategy", strategy != null);
            refuseOnParallel("--jitter", config.jitter());
            return config.onParallelMachine();
        }
        return strategy == null || !Strategies.NAMES.contains(strategy)
                ? config
                : config.strategy(from -> Strategies.of(strategy, from));
    }

    private static KernelConfig withFaults(KernelConfig config, FaultPlan more) {
        FaultPlan plan = config.faults();
        for (FaultRule rule : more.rules()) {
            plan = plan.with(rule);
        }
        return config.faults(plan);
    }

    private KernelConfig withVariant(KernelConfig config, String name) throws UsageException {
        Variant variant;
        try {
            variant = VariantsCommand.find(name, loader);
        } catch (UsageException e) {
            throw new UsageException("--variant " + name + ": " + e.getMessage());
        }
        if (!variant.profiles().contains(config.profile())) {
            throw new UsageException(
                    "--variant "
                            + name
                            + ": changes nothing in a kernel "
                            + config.profile()
                            + ": expected --kernel "
                            + variant.profileNames());
        }
        return config.variant(variant);
    }

    private static void refuseOnParallel(String option, boolean isGiven) throws UsageException {
        if (isGiven) {
            throw new UsageException(
                    option
                            + ": the parallel machine makes no choices: expected --machine simulated");
        }
    }

    /** What the scenario is started with. */
    ScenarioOptions scenarioOptions() throws UsageException {
        Duration duration = option("--for", Duration.class);
        ScenarioOptions options =
                ScenarioOptions.of(duration == null ? scenario.duration() : duration);
        List<?> params = option("--param", List.class);
        if (params != null) {
            for (Object param : params) {
                options = withParam(options, (String) param);
            }
        }
        return options;
    }

    private ScenarioOptions withParam(ScenarioOptions options, String text) throws UsageException {
        int equals = text.indexOf('=');
        int dot = text.indexOf('.');
        if (dot <= 0 || equals <= dot + 1) {
            throw new UsageException("--param " + text + ": expected MODULE.NAME=VALUE");
        }
        String module = text.substring(0, dot);
        String name = text.substring(dot + 1, equals);
        String value = text.substring(equals + 1);
        Class<? extends KernelModule> type = module(text, module);
        List<String> names = Modules.paramNames(type);
        if (!names.contains(name)) {
            String closest = Spelling.closest(name, names);
            throw new UsageException(
                    "--param "
                            + text
                            + ": module "
                            + module
                            + " has no parameter '"
                            + name
                            + (closest == null ? "'" : "' (did you mean " + closest + "?)")
                            + ": expected "
                            + list(names));
        }
        String refusal = Modules.paramExpectation(type, name, value);
        if (refusal != null) {
            throw new UsageException("--param " + text + ": expected " + refusal);
        }
        return options.param(module, name, value);
    }

    private Class<? extends KernelModule> module(String text, String name) throws UsageException {
        var all = ScenarioOptions.withDependencies(scenario.modules());
        for (Class<? extends KernelModule> module : all) {
            if (Modules.nameOf(module).equals(name)) {
                return module;
            }
        }
        throw new UsageException(
                "--param "
                        + text
                        + ": scenario "
                        + scenario.name()
                        + " loads no module '"
                        + name
                        + "': expected "
                        + list(all.stream().map(Modules::nameOf).toList()));
    }

    private static String list(List<String> names) {
        return names.isEmpty() ? "none" : String.join(", ", names);
    }
}
