package org.vkernel.testmodules.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.ServiceLoader;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.testmodules.scenario.Spelling;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The command line's entry: finds the command, runs it, and turns its end into a status. */
public final class Main {
    /** All well. */
    public static final int OK = 0;

    /** What was asked ran and found a failure. */
    public static final int FAILED = 1;

    /** Wrong usage or input, or the host lacks what is needed. */
    public static final int USAGE = 2;

    private static final int OUT_BUFFER = 1 << 16;

    private final ImmutableList<VkernelCommand> commands;
    private final Console console;

    private Main(Console console) {
        this.console = console;
        this.commands =
                ImmutableList.sortedCopyOf(
                        Comparator.comparing(VkernelCommand::name),
                        ServiceLoader.load(VkernelCommand.class, Main.class.getClassLoader()));
    }

    /** Runs the command and ends the JVM with its status. */
    public static void main(String[] args) {
        PrintStream out = buffered(new FileOutputStream(FileDescriptor.out));
        Interrupts interrupts = new Interrupts();
        interrupts.install();
        int status = execute(new Console(out, System.err, interrupts), args);
        interrupts.workEnded();
        System.exit(status);
    }

    private static PrintStream buffered(FileOutputStream to) {
        return new PrintStream(new BufferedOutputStream(to, OUT_BUFFER), false, UTF_8);
    }

    /** Runs a command with its output caught; gives its status. */
    public static int execute(PrintStream out, PrintStream err, String... args) {
        return execute(new Console(out, err, new Interrupts()), args);
    }

    private static int execute(Console console, String... args) {
        int status = new Main(console).execute(ImmutableList.copyOf(args));
        if (console.out().checkError() && status == OK) {
            console.complain("standard output could not be written");
            return FAILED;
        }
        return status;
    }

    private int execute(List<String> args) {
        try {
            if (args.isEmpty()) {
                throw new UsageException("no command: expected " + commandNames() + "; " + HINT);
            }
            List<String> rest = args.subList(1, args.size());
            return switch (args.getFirst()) {
                case "--version", "-V" -> printVersion();
                case "help", "--help", "-h" -> help(rest);
                default -> run(args.getFirst(), rest);
            };
        } catch (UsageException e) {
            console.complain(e.getMessage());
            return USAGE;
        }
    }

    private static final String HINT = "see 'vkernel --help'";

    private String commandNames() {
        return String.join(", ", Iterables.transform(commands, VkernelCommand::name));
    }

    private VkernelCommand find(String name) throws UsageException {
        for (VkernelCommand command : commands) {
            if (command.name().equals(name)) {
                return command;
            }
        }
        String what = name.startsWith("-") ? "option" : "command";
        String closest =
                Spelling.closest(
                        name, ImmutableList.copyOf(Iterables.transform(commands, c -> c.name())));
        throw new UsageException(
                "unknown "
                        + what
                        + " '"
                        + name
                        + (closest == null ? "'" : "' (did you mean " + closest + "?)")
                        + ": expected "
                        + commandNames()
                        + "; "
                        + HINT);
    }

    // ---- Running -----------------------------------------------------------------------------

    private int run(String name, List<String> args) throws UsageException {
        VkernelCommand command = find(name);
        CommandLine line = describe(command);
        try {
            line.parseArgs(args.toArray(String[]::new));
            CommandLine deepest = line;
            while (deepest.getParseResult().hasSubcommand()) {
                deepest = deepest.getParseResult().subcommand().commandSpec().commandLine();
            }
            if (deepest.isUsageHelpRequested()) {
                return printUsage(deepest);
            }
            return command.run(line.getCommandSpec(), console);
        } catch (ParameterException e) {
            throw new UsageException(name + ": " + ParameterMessages.of(e) + hint(name));
        } catch (UsageException e) {
            throw new UsageException(name + ": " + e.getMessage());
        } catch (RuntimeException | LinkageError | AssertionError e) {
            console.complain(
                    name
                            + ": internal error: "
                            + e.toString().lines().findFirst().orElse("")
                            + StackTraces.of(e).stream()
                                    .findFirst()
                                    .map(at -> " at " + at)
                                    .orElse(""));
            return FAILED;
        }
    }

    private static String hint(String name) {
        return "; see 'vkernel " + name + " --help'";
    }

    private static CommandLine describe(VkernelCommand command) {
        CommandSpec spec = CommandSpec.create().name("vkernel " + command.name());
        spec.usageMessage().description(command.description());
        spec.addOption(
                OptionSpec.builder("-h", "--help")
                        .type(boolean.class)
                        .usageHelp(true)
                        .description("Shows this text.")
                        .build());
        command.describe(spec);
        return configure(new CommandLine(spec));
    }

    private static CommandLine configure(CommandLine line) {
        line.setExpandAtFiles(false);
        line.setPosixClusteredShortOptionsAllowed(false);
        line.setUsageHelpAutoWidth(false);
        line.setUsageHelpWidth(100);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        return line;
    }

    // ---- Help --------------------------------------------------------------------------------

    private int help(List<String> of) throws UsageException {
        return of.isEmpty() ? printUsage(root()) : printUsage(describe(find(of.getFirst())));
    }

    private CommandLine root() {
        CommandSpec spec = CommandSpec.create().name("vkernel");
        spec.usageMessage()
                .description("A miniature Linux kernel in one JVM.")
                .customSynopsis("vkernel COMMAND [OPTION]...")
                .footer(
                        "",
                        "'vkernel COMMAND --help' describes a command.",
                        "",
                        "Exit status: 0 all well; 1 what was asked ran and found a failure; 2 wrong"
                                + " usage or",
                        "input: then the last line on stderr says what was expected.");
        spec.addOption(flag("Shows this text, or that of a command.", "-h", "--help"));
        spec.addOption(flag("Shows the version.", "-V", "--version"));
        for (VkernelCommand command : commands) {
            CommandSpec sub = CommandSpec.create();
            sub.usageMessage().description(command.description());
            spec.addSubcommand(command.name(), sub);
        }
        return configure(new CommandLine(spec));
    }

    private static OptionSpec flag(String description, String... names) {
        return OptionSpec.builder(names).type(boolean.class).description(description).build();
    }

    private int printUsage(CommandLine line) {
        line.usage(console.out());
        return OK;
    }

    private int printVersion() {
        console.println("vkernel " + version());
        return OK;
    }

    /** The version of this program. */
    static String version() {
        Properties properties = new Properties();
        try (InputStream in = Main.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }
}
