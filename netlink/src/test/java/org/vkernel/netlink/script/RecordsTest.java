package org.vkernel.netlink.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.vkernel.emulator.KernelConfig;

/**
 * Replays records of Linux 6.18.44 and 6.1.192 on both machines: every answer is that of Linux.
 *
 * <p>The records are those of NETLINK_USERSOCK: bind, send and receive, multicast, congestion,
 * options, poll. Each file is a script of one process; its folder says what it is about.
 */
class RecordsTest {
    private static final ScriptOperations OPERATIONS = ScriptOperations.load();

    private static List<Path> records() throws IOException, URISyntaxException {
        Path root =
                Path.of(Objects.requireNonNull(RecordsTest.class.getResource("/records")).toURI());
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".nls")).sorted().toList();
        }
    }

    @TestFactory
    Stream<DynamicTest> record_replayed_answersAsLinux() throws Exception {
        return records().stream().map(file -> dynamicTest(name(file), () -> replay(file)));
    }

    /** The area and the script. */
    private static String name(Path file) {
        int count = file.getNameCount();
        return file.subpath(count - 2, count).toString();
    }

    private static void replay(Path file) throws IOException {
        NetlinkScript script = NetlinkScript.read(file);
        for (KernelConfig machine :
                new KernelConfig[] {KernelConfig.simulated(1), KernelConfig.parallel()}) {
            assertEquals(
                    List.of(), ScriptKernel.replay(script, OPERATIONS, machine), file.toString());
        }
    }

    @Test
    void records_areThere() throws Exception {
        assertTrue(records().size() > 100, () -> "lost records");
    }

    @Test
    void changedAnswer_isADivergence() {
        NetlinkScript script =
                NetlinkScript.parse(
                        "changed",
                        List.of(
                                "{\"nls\":1,\"kernel\":\"6.18.44\",\"uid\":0,\"tgid\":50}",
                                "{\"op\":\"socket\",\"s\":\"a\",\"type\":\"SOCK_RAW\","
                                        + "\"protocol\":\"NETLINK_USERSOCK\",\"ret\":0}",
                                "{\"op\":\"bind\",\"s\":\"a\",\"pid\":\"$tgid\",\"groups\":0,"
                                        + "\"err\":\"EINVAL\"}"));
        List<ScriptReplay.Divergence> divergences =
                ScriptKernel.replay(script, OPERATIONS, KernelConfig.simulated(1));
        assertEquals(1, divergences.size());
        assertEquals(3, divergences.getFirst().line());
        assertEquals("{\"ret\":0}", divergences.getFirst().answer());
    }

    @Test
    void unknownOperation_isADivergence() {
        NetlinkScript script =
                NetlinkScript.parse(
                        "unknown",
                        List.of(
                                "{\"nls\":1,\"kernel\":\"6.18.44\",\"uid\":0,\"tgid\":50}",
                                "{\"op\":\"conjure\",\"ret\":0}"));
        assertEquals(1, ScriptKernel.replay(script, OPERATIONS, KernelConfig.simulated(1)).size());
    }
}
