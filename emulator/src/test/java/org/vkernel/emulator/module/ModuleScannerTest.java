package org.vkernel.emulator.module;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vkernel.emulator.module.sample.TopLevel;

class ModuleScannerTest {
    private static int notPublic = 1;

    /** Reaches what its host class keeps to itself. */
    static final class Reaching implements Supplier<String> {
        private final Beside beside = new Beside();

        @Override
        public String get() {
            return "" + notPublic++ + beside.value;
        }
    }

    /** A class beside the module, nested in the same host. */
    static class Beside {
        int value = 1;
    }

    @Test
    void forbidden_isListedWithFileAndLine(@TempDir Path folder) throws Exception {
        String source = resource("Forbidden.java.txt");
        try (Compiled compiled = Compiled.of(folder, Map.of("Forbidden.java", source))) {
            List<String> found =
                    ModuleScanner.scan(compiled.load("student.Forbidden")).stream()
                            .map(Refusal::toString)
                            .toList();
            assertEquals(String.join("\n", expected(source)), String.join("\n", found));
        }
    }

    private static List<String> expected(String source) {
        List<String> expected = new ArrayList<>();
        int line = 0;
        for (String text : Splitter.on('\n').split(source)) {
            line++;
            int at = text.indexOf("// refused: ");
            if (at >= 0) {
                String said = text.substring(at + "// refused: ".length());
                for (String one : Splitter.on(" | ").split(said)) {
                    expected.add("Forbidden.java:" + line + ": " + one);
                }
            }
        }
        return expected;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ModuleScannerTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
        }
    }

    @Test
    void hostsMembers_notPublic_areRefused() {
        List<String> what =
                ModuleScanner.scan(Reaching.class).stream()
                        .map(r -> r.file() + " " + r.what())
                        .distinct()
                        .toList();
        String host = "org.vkernel.emulator.module.ModuleScannerTest";
        assertEquals(
                List.of(
                        "ModuleScannerTest.java uses " + host + ".Beside, which is not public",
                        "ModuleScannerTest.java uses " + host + ", which is not public"),
                what);
    }

    @Test
    void harmlessModules_areNotRefused() {
        assertEquals(List.of(), ModuleScanner.scan(TopLevel.class));
        for (Class<?> sample : SampleModules.class.getDeclaredClasses()) {
            assertEquals(List.of(), ModuleScanner.scan(sample));
        }
    }

    @Test
    void refusedModule_isNotLoaded() {
        ModuleRefusedException e =
                assertThrows(
                        ModuleRefusedException.class,
                        () -> new ModuleLoader().acquire(Reaching.class, true));
        assertEquals(ModuleScanner.scan(Reaching.class), e.refusals());
        assertTrue(e.toString().contains("which is not public"), e.toString());
    }
}
