package org.vkernel.testmodules.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the real launcher scripts in a small project of their own, whose folder's name has spaces.
 *
 * <p>The project's {@code mvn} is a shell script that counts its calls and puts a jar where the
 * build would; the jar's program prints its arguments and its input and ends with status 7. So what
 * is tested is everything that the launcher itself does, without a build inside the build.
 */
@Timeout(
        value = 2,
        unit = TimeUnit.MINUTES) // a launcher that waits for ever must not hang the build
class LauncherTest {
    private static final FileTime EARLIER = FileTime.fromMillis(1_700_000_000_000L);
    private static final FileTime NOW_BUILT = FileTime.fromMillis(1_700_000_100_000L);
    private static final FileTime LATER = FileTime.fromMillis(1_700_000_200_000L);

    private static final String PROGRAM =
            """
            public class Main {
                public static void main(String[] args) throws java.io.IOException {
                    for (String arg : args) {
                        System.out.println("[" + arg + "]");
                    }
                    System.out.println(new String(System.in.readAllBytes()));
                    System.exit(7);
                }
            }
            """;

    private record Result(int status, String out, String err) {}

    @TempDir Path temp;

    private Path root;
    private Path jar;
    private Path source;

    @BeforeEach
    void makeProject() throws IOException {
        root = temp.resolve("a project's root");
        Path bin = Files.createDirectories(root.resolve("testmodules/bin"));
        for (String script : List.of("vkernel", "find-jdk")) {
            Files.copy(Path.of("bin", script), bin.resolve(script));
            assertTrue(bin.resolve(script).toFile().setExecutable(true));
        }
        source = root.resolve("emulator/src/main/java/A.java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, "class A {}");
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        Files.writeString(root.resolve("emulator/pom.xml"), "<project/>");
        setAllTimes(EARLIER);

        jar = root.resolve("benchmarks/target/vkernel.jar");
        writeProgramJar(temp.resolve("built.jar"));
        Path tools = Files.createDirectories(temp.resolve("tools"));
        writeScript(
                tools.resolve("mvn"),
                """
                #!/bin/sh
                echo "$PWD: $*" >> '%s/calls'
                echo 'output of the build'
                cat
                mkdir -p benchmarks/target && cp '%s/built.jar' benchmarks/target/vkernel.jar
                """
                        .formatted(temp, temp));
    }

    @Test
    void jarMissing_buildsOnceAndKeepsStdoutForTheProgram() throws Exception {
        Result first = vkernel("run");

        assertEquals(7, first.status(), first.err());
        assertEquals("[run]\nthe input\n", first.out());
        assertTrue(first.err().contains("vkernel: building"), first.err());
        assertTrue(first.err().contains("output of the build"), first.err());
        assertTrue(buildCalls().getFirst().startsWith(root.toRealPath() + ": "), "wrong folder");

        Result second = vkernel("run");

        assertEquals("[run]\nthe input\n", second.out());
        assertEquals("", second.err());
        assertEquals(1, buildCalls().size());
        assertFalse(Files.exists(root.resolve("target/vkernel.lock")), "lock left behind");
    }

    @Test
    void arguments_reachTheProgramUntouched() throws Exception {
        putFreshJar();

        Result result = vkernel("a b", "", "*", "$HOME", "--for=12s", "it's", "back\\slash", "--");

        assertEquals(
                """
                [a b]
                []
                [*]
                [$HOME]
                [--for=12s]
                [it's]
                [back\\slash]
                [--]
                the input
                """,
                result.out());
        assertEquals(7, result.status());
    }

    @Test
    void symbolicLinks_relativeAndAbsolute_leadToTheProject() throws Exception {
        putFreshJar();
        Path elsewhere = Files.createDirectories(temp.resolve("else where"));
        Path relative = elsewhere.resolve("relative");
        Files.createSymbolicLink(
                relative, Path.of("../a project's root/testmodules/bin").resolve("vkernel"));
        Path chained = Files.createSymbolicLink(elsewhere.resolve("chained"), relative);

        assertEquals("[x]\nthe input\n", run(Map.of(), relative.toString(), "x").out());
        assertEquals("[x]\nthe input\n", run(Map.of(), chained.toString(), "x").out());
    }

    @Test
    void sourceNewerThanJar_buildsAgain() throws Exception {
        List<Path> sources =
                List.of(source, root.resolve("pom.xml"), root.resolve("emulator/src/main/java"));
        for (Path changed : sources) {
            putFreshJar();
            Files.setLastModifiedTime(changed, LATER);
            int before = buildCalls().size();

            assertEquals(7, vkernel().status());

            assertEquals(before + 1, buildCalls().size(), changed.toString());
        }
    }

    @Test
    void sourceEditedDuringTheBuild_buildsAgainNextTime() throws Exception {
        writeScript(
                temp.resolve("tools/mvn"),
                """
                #!/bin/sh
                echo call >> '%s/calls'
                edited=emulator/src/main/java/A.java
                # The clock of file times ticks in milliseconds: edit until it has moved on.
                while [ -z "$(find $edited -newer target/vkernel.began)" ]; do touch $edited; done
                mkdir -p benchmarks/target && cp '%s/built.jar' benchmarks/target/vkernel.jar
                """
                        .formatted(temp, temp));

        assertEquals(7, vkernel().status());
        assertEquals(7, vkernel().status());

        assertEquals(2, buildCalls().size());
    }

    @Test
    void buildFails_status2AndEmptyStdout() throws Exception {
        writeScript(temp.resolve("tools/mvn"), "#!/bin/sh\necho 'cannot find symbol'\nexit 1\n");

        Result result = vkernel("run");

        assertEquals(2, result.status());
        assertEquals("", result.out());
        assertTrue(result.err().contains("cannot find symbol"), result.err());
        assertTrue(lastLine(result.err()).endsWith("failed"), result.err());
        assertFalse(Files.exists(root.resolve("target/vkernel.lock")), "lock left behind");
    }

    @Test
    void fasterStart_isPreparedOncePerJarAndUsed() throws Exception {
        putFreshJar();
        Path cache = jar.resolveSibling("vkernel.aot");

        assertTrue(vkernel().err().contains("preparing a faster start"));
        FileTime made = Files.getLastModifiedTime(cache);
        assertTrue(Files.size(cache) > 0, "the JVM made no cache");
        assertEquals("", vkernel().err());
        assertEquals(made, Files.getLastModifiedTime(cache));

        Files.setLastModifiedTime(cache, EARLIER);
        assertTrue(vkernel().err().contains("preparing a faster start"));
    }

    @Test
    void fasterStart_cacheBroken_startsAllTheSame() throws Exception {
        putFreshJar();
        Files.writeString(jar.resolveSibling("vkernel.aot"), "no cache at all");

        Result result = vkernel("x");

        assertEquals("[x]\nthe input\n", result.out());
        assertEquals(7, result.status());
    }

    @Test
    void lockOfADeadOwner_isTakenOver() throws Exception {
        Process owner = new ProcessBuilder("true").start();
        assertEquals(0, owner.waitFor());
        Path target = Files.createDirectories(root.resolve("target"));
        Files.createSymbolicLink(
                target.resolve("vkernel.lock"), Path.of(Long.toString(owner.pid())));

        assertEquals(7, vkernel().status());

        assertEquals(1, buildCalls().size());
    }

    @Test
    void vkernelJavaHome_notAJdk_status2AndOneLine() throws Exception {
        putFreshJar();

        Result result =
                run(
                        Map.of("VKERNEL_JAVA_HOME", temp.resolve("no jdk").toString()),
                        launcher().toString());

        assertEquals(2, result.status());
        assertEquals("", result.out());
        assertEquals(lastLine(result.err()) + "\n", result.err());
        assertTrue(result.err().contains("no jdk: expected the home of a JDK 25"), result.err());
    }

    @Test
    void findJdk_javaHomeTooOld_takesTheOneOnPath() throws Exception {
        Path old = fakeJdk("old", "17.0.15");
        Path good = fakeJdk("good", "25");

        Result result =
                run(
                        Map.of(
                                "VKERNEL_JAVA_HOME",
                                "",
                                "JAVA_HOME",
                                old.toString(),
                                "PATH",
                                good.resolve("bin") + ":" + System.getenv("PATH")),
                        root.resolve("testmodules/bin/find-jdk").toString());

        assertEquals(good.toRealPath() + "\n", result.out());
        assertEquals(0, result.status());
    }

    @Test
    void findJdk_javaHomeNewEnough_isPreferred() throws Exception {
        Path newer = fakeJdk("newer", "26-ea");
        Path good = fakeJdk("good", "25.0.3");

        Result result =
                run(
                        Map.of(
                                "VKERNEL_JAVA_HOME",
                                "",
                                "JAVA_HOME",
                                newer.toString(),
                                "PATH",
                                good.resolve("bin") + ":" + System.getenv("PATH")),
                        root.resolve("testmodules/bin/find-jdk").toString());

        assertEquals(newer + "\n", result.out());
    }

    @Test
    void noJdkAnywhere_status2AndOneLine() throws Exception {
        putFreshJar();
        Path findJdk = root.resolve("testmodules/bin/find-jdk");
        String text = Files.readString(findJdk);
        // The usual folders of this host must not be looked into, whatever there is.
        String elsewhere = text.replaceAll("(?<= )/(usr|opt|Library)/", "/no/such/");
        assertFalse(elsewhere.contains(" /usr/") || elsewhere.contains(" /opt/"), elsewhere);
        Files.writeString(findJdk, elsewhere);
        Path old = fakeJdk("old", "21.0.2");

        Result result =
                run(
                        Map.of(
                                "VKERNEL_JAVA_HOME",
                                "",
                                "JAVA_HOME",
                                old.toString(),
                                "PATH",
                                old.resolve("bin") + ":" + systemToolsWithoutJava(),
                                "HOME",
                                temp.toString()),
                        launcher().toString(),
                        "run");

        assertEquals(2, result.status());
        assertEquals("", result.out());
        assertEquals(
                "vkernel: no JDK 25 or newer in JAVA_HOME, on PATH or in the usual folders:"
                        + " set VKERNEL_JAVA_HOME to the home of one\n",
                result.err());
    }

    /** A folder with what the scripts call, and no java in it. */
    private Path systemToolsWithoutJava() throws IOException {
        Path folder = Files.createDirectories(temp.resolve("system tools"));
        for (String tool : List.of("sh", "readlink", "find", "head", "sed", "ln", "rm", "mv")) {
            for (String from : List.of("/usr/bin", "/bin")) {
                Path target = Path.of(from, tool);
                if (Files.isExecutable(target)) {
                    writeScript(folder.resolve(tool), "#!/bin/sh\nexec " + target + " \"$@\"\n");
                }
            }
        }
        return folder;
    }

    private Path launcher() {
        return root.resolve("testmodules/bin/vkernel");
    }

    private Result vkernel(String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of(launcher().toString()));
        Collections.addAll(command, args);
        return run(Map.of(), command.toArray(String[]::new));
    }

    /** Runs {@code command} from a folder that is not the project's, on the JDK of this test. */
    private Result run(Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
        Map<String, String> env = builder.environment();
        env.put("VKERNEL_JAVA_HOME", System.getProperty("java.home"));
        env.put("PATH", temp.resolve("tools") + ":" + env.get("PATH"));
        env.putAll(environment);
        Path input = temp.resolve("stdin");
        Path out = temp.resolve("stdout");
        Path err = temp.resolve("stderr");
        Files.writeString(input, "the input");
        builder.redirectInput(input.toFile());
        builder.redirectOutput(out.toFile());
        builder.redirectError(err.toFile());
        int status = builder.start().waitFor();
        return new Result(status, Files.readString(out), Files.readString(err));
    }

    private List<String> buildCalls() throws IOException {
        Path calls = temp.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private void putFreshJar() throws IOException {
        Files.createDirectories(jar.getParent());
        Files.deleteIfExists(jar);
        Files.copy(temp.resolve("built.jar"), jar);
        setAllTimes(EARLIER);
        Files.setLastModifiedTime(jar, NOW_BUILT);
    }

    private void setAllTimes(FileTime time) throws IOException {
        try (var paths = Files.walk(root)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Files.setLastModifiedTime(path, time);
            }
        }
    }

    private Path fakeJdk(String name, String version) throws IOException {
        Path home = temp.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        writeScript(home.resolve("bin/java"), "#!/bin/sh\n");
        writeScript(home.resolve("bin/javac"), "#!/bin/sh\n");
        Files.writeString(
                home.resolve("release"),
                "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private static void writeScript(Path file, String text) throws IOException {
        Files.writeString(file, text);
        assertTrue(file.toFile().setExecutable(true));
    }

    private void writeProgramJar(Path file) throws IOException {
        Path classes = Files.createDirectories(temp.resolve("classes"));
        Path program = classes.resolve("Main.java");
        Files.writeString(program, PROGRAM, UTF_8);
        var compiler = ToolProvider.getSystemJavaCompiler();
        assertEquals(
                0, compiler.run(null, null, null, "-d", classes.toString(), program.toString()));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "Main");
        try (var out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            out.putNextEntry(new JarEntry("Main.class"));
            out.write(Files.readAllBytes(classes.resolve("Main.class")));
        }
    }

    private static String lastLine(String text) {
        return Splitter.on('\n').omitEmptyStrings().splitToList(text).getLast();
    }
}
