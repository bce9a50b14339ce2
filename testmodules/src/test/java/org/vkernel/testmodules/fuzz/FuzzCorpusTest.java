package org.vkernel.testmodules.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The corpus: inputs that once failed ({@code failed-*}, named after what they did), and some that
 * reach much code.
 */
class FuzzCorpusTest {
    static final Path CORPUS = Path.of("src/test/resources/org/vkernel/testmodules/fuzz");

    private static final ImmutableMap<String, Consumer<byte[]>> TARGETS =
            ImmutableMap.of(
                    "wire", WireFuzz::fuzzerTestOneInput,
                    "syscalls", SyscallFuzz::fuzzerTestOneInput);

    @TestFactory
    Stream<DynamicTest> everyInput_isTakenOrRefused() throws IOException {
        Stream.Builder<DynamicTest> tests = Stream.builder();
        for (var target : TARGETS.entrySet()) {
            List<Path> files;
            try (Stream<Path> found = Files.list(CORPUS.resolve(target.getKey()))) {
                files = found.sorted().toList();
            }
            assertFalse(files.isEmpty(), target.getKey());
            for (Path file : files) {
                tests.add(
                        DynamicTest.dynamicTest(
                                target.getKey() + "/" + file.getFileName(),
                                () -> target.getValue().accept(Files.readAllBytes(file))));
            }
        }
        return tests.build();
    }
}
