package org.vkernel.connector.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.netlink.script.NetlinkScript;
import org.vkernel.netlink.script.ScriptFormatException;
import org.vkernel.netlink.script.ScriptKernel;
import org.vkernel.netlink.script.ScriptOperations;
import org.vkernel.netlink.script.ScriptReplay;
import org.vkernel.netlink.script.ScriptSession;
import org.vkernel.netlink.user.KernelNetlink;

/**
 * Replays records of Linux 6.18.44 and 6.1.192 on both machines: every answer is that of Linux.
 *
 * <p>The records are those of NETLINK_CONNECTOR: callbacks, sends out of the kernel and to it,
 * requests for process events and the events, overruns.
 */
class ConnectorRecordsTest {
    private static final ScriptOperations OPERATIONS = ScriptOperations.load();

    private static List<Path> records() throws IOException, URISyntaxException {
        Path root =
                Path.of(
                        Objects.requireNonNull(ConnectorRecordsTest.class.getResource("/records"))
                                .toURI());
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
                new KernelConfig[] {
                    KernelConfig.simulated(1), KernelConfig.simulated(2), KernelConfig.parallel()
                }) {
            assertEquals(
                    List.of(), ScriptKernel.replay(script, OPERATIONS, machine), file.toString());
        }
    }

    @Test
    void records_areThere() throws Exception {
        assertTrue(records().size() > 60, () -> "lost records");
    }

    private static NetlinkScript script(String kernel, String... lines) {
        return NetlinkScript.parse(
                "test",
                Stream.concat(
                                Stream.of(
                                        "{\"nls\":1,\"kernel\":\""
                                                + kernel
                                                + "\",\"uid\":0,\"tgid\":50}"),
                                Stream.of(lines))
                        .toList());
    }

    @Test
    void wrongText_isADivergence() {
        NetlinkScript script =
                script(
                        "6.18.44",
                        "{\"op\":\"proc_net_connector\",\"ret\":0,\"out\":{\"text\":\"\"}}");
        List<ScriptReplay.Divergence> divergences =
                ScriptKernel.replay(script, OPERATIONS, KernelConfig.simulated(1));
        assertEquals(1, divergences.size());
        assertTrue(divergences.getFirst().answer().contains("cn_proc         1:1"));
    }

    @Test
    void callbacksThatAScriptLeaves_goWithIt() {
        NetlinkScript script =
                script(
                        "6.1.192",
                        "{\"op\":\"cn_add_callback\",\"idx\":5,\"val\":6,\"name\":\"x\",\"ret\":0}");
        assertEquals(List.of(), ScriptKernel.replay(script, OPERATIONS, KernelConfig.simulated(1)));
    }

    @Test
    void operationInsideOfAnotherKernel_isRefused() {
        try (var kernel = VirtualKernel.boot(KernelConfig.simulated(1));
                var session = new ScriptSession(new KernelNetlink(kernel.init()), 1, path -> "")) {
            assertThrows(ScriptFormatException.class, session::process);
        }
    }
}
