package org.vkernel.testmodules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import com.google.common.collect.Iterables;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vkernel.testmodules.cli.Main;
import org.vkernel.testmodules.scenario.Scenario;
import org.vkernel.testmodules.scenario.Scenarios;

/**
 * Holds the README to the truth: its commands are run and print what it shows, its examples are the
 * files that the sample project compiles, its options and links are there.
 */
class ReadmeTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String LAUNCHER = "testmodules/bin/vkernel ";
    private static final String HUNT = LAUNCHER + "known ";
    private static final String SAMPLE_CLASSES = "testmodules/sample/target/classes";
    private static final String UPDATE = "readme.update";
    private static final Pattern BLOCK =
            Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    /** What a hunt says while it takes long, on a slow machine. */
    private static final Pattern PROGRESS =
            Pattern.compile("^vkernel: \\d+ of \\d+ found, .* schedules/s\\R", Pattern.MULTILINE);

    /** Commands that no test can run inside the build: the run of everything does. */
    private static final List<String> RUN_BY_CI =
            List.of(
                    "mvn -B verify",
                    "mvn -B -q -Dmaven.test.skip=true install",
                    "mvn -B -q -f testmodules/sample compile");

    private record Command(String line, String output) {}

    @TempDir private Path temp;

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    private static List<String> blocks(String language) throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(readme());
        while (matcher.find()) {
            if (matcher.group(1).equals(language)) {
                blocks.add(matcher.group(2));
            }
        }
        return blocks;
    }

    private static List<Command> commands() throws IOException {
        List<Command> commands = new ArrayList<>();
        for (String block : blocks("console")) {
            for (String part : Splitter.onPattern("(?m)^\\$ ").omitEmptyStrings().split(block)) {
                int end = part.indexOf('\n');
                commands.add(new Command(part.substring(0, end), part.substring(end + 1)));
            }
        }
        return commands;
    }

    @Test
    void everyCommand_printsWhatIsShown() throws Exception {
        check(command -> !command.line.startsWith(HUNT));
    }

    /** What takes seconds to find and to make small. */
    @Test
    @Tag("long")
    void everyHunt_findsWhatIsShown() throws Exception {
        check(command -> command.line.startsWith(HUNT));
    }

    private void check(Predicate<Command> isMeant) throws IOException {
        Path classes = compileSample();
        String shown = readme();
        String real = shown;
        for (Command command : Iterables.filter(commands(), isMeant::test)) {
            String output = "";
            if (command.line.startsWith(LAUNCHER)) {
                List<String> args =
                        new ArrayList<>(
                                Splitter.on(' ')
                                        .splitToList(command.line.substring(LAUNCHER.length())));
                Collections.replaceAll(args, SAMPLE_CLASSES, classes.toString());
                output = outputOf(args).replace(classes.toString(), SAMPLE_CLASSES);
            } else {
                assertTrue(RUN_BY_CI.contains(command.line), command.line);
            }
            String line = "$ " + command.line + "\n";
            real = real.replace(line + command.output, line + output);
        }
        if (Boolean.getBoolean(UPDATE)) {
            Files.writeString(ROOT.resolve("README.md"), real);
        } else {
            assertEquals(shown, real, "to show what is printed now, add -D" + UPDATE + "=true");
        }
    }

    private static String outputOf(List<String> args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status =
                Main.execute(
                        new PrintStream(out, false, UTF_8),
                        new PrintStream(err, true, UTF_8),
                        args.toArray(String[]::new));
        assertEquals("", PROGRESS.matcher(err.toString(UTF_8)).replaceAll(""));
        boolean isMeantToFail = args.get(1).equals("com.example.LostUpdate");
        assertEquals(isMeantToFail ? 1 : 0, status);
        return out.toString(UTF_8);
    }

    private Path compileSample() throws IOException {
        Path classes = Files.createDirectories(temp.resolve("classes"));
        List<String> args =
                new ArrayList<>(
                        List.of(
                                "-d",
                                classes.toString(),
                                "-cp",
                                System.getProperty("java.class.path")));
        try (Stream<Path> files = Files.walk(ROOT.resolve("testmodules/sample/src/main/java"))) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .forEach(file -> args.add(file.toString()));
        }
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int result =
                ToolProvider.getSystemJavaCompiler()
                        .run(null, messages, messages, args.toArray(String[]::new));
        assertEquals(0, result, messages.toString(UTF_8));
        return classes;
    }

    @Test
    void firstCommands_areTheMainJobAndTheTests() throws Exception {
        List<String> first = commands().stream().map(Command::line).limit(2).toList();

        assertEquals(List.of(LAUNCHER + "run cn_test --for 12s", "mvn -B verify"), first);
    }

    @Test
    void javaExamples_areFilesOfTheSample_underFortyLines() throws Exception {
        List<String> sources = new ArrayList<>();
        try (Stream<Path> files = Files.walk(ROOT.resolve("testmodules/sample/src"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (file.toString().endsWith(".java")) {
                    sources.add(Files.readString(file));
                }
            }
        }
        List<String> examples = blocks("java");
        assertTrue(examples.size() >= 2, "no examples");

        for (String example : examples) {
            assertTrue(sources.contains(example), "no file of the sample is\n" + example);
            assertTrue(example.lines().count() < 40, "too long for an example:\n" + example);
        }
    }

    @Test
    void xmlExamples_standInTheSamplesPom() throws Exception {
        String pom = Files.readString(ROOT.resolve("testmodules/sample/pom.xml"));
        List<String> examples = blocks("xml");
        assertFalse(examples.isEmpty());

        for (String example : examples) {
            assertTrue(pom.contains(example), example);
        }
    }

    @Test
    void optionsInTheTable_areThoseOfRun() throws Exception {
        List<String> documented =
                Pattern.compile("^\\| `(--[a-z-]+)", Pattern.MULTILINE)
                        .matcher(readme())
                        .results()
                        .map(result -> result.group(1))
                        .filter(option -> !option.equals("--version"))
                        .sorted()
                        .toList();
        List<String> known =
                Pattern.compile("^ +(?:-h, )?(--[a-z-]+)", Pattern.MULTILINE)
                        .matcher(outputOf(List.of("run", "--help")))
                        .results()
                        .map(result -> result.group(1))
                        .filter(option -> !option.equals("--help"))
                        .sorted()
                        .toList();

        assertEquals(known, documented);
    }

    @Test
    void scenariosInTheTable_areTheBuiltInOnes() throws Exception {
        for (Scenario scenario : Scenarios.all()) {
            String row =
                    "| `%s` | %s | %s |"
                            .formatted(
                                    scenario.name(),
                                    scenario.description(),
                                    time(scenario.duration()));
            assertTrue(readme().contains(row), row);
        }
    }

    private static String time(Duration duration) {
        return duration.toSeconds() == 0 ? duration.toMillis() + "ms" : duration.toSeconds() + "s";
    }

    @Test
    void links_leadToFiles() throws Exception {
        List<String> links =
                Pattern.compile("\\]\\(([^)]+)\\)")
                        .matcher(readme())
                        .results()
                        .map(result -> result.group(1))
                        .filter(link -> !link.startsWith("https://"))
                        .toList();
        assertFalse(links.isEmpty());

        for (String link : links) {
            assertTrue(Files.exists(ROOT.resolve(link)), link);
        }
    }
}
