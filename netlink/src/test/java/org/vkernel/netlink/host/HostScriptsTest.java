package org.vkernel.netlink.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.netlink.script.NetlinkScript;
import org.vkernel.netlink.script.ScriptKernel;
import org.vkernel.netlink.script.ScriptOperations;

/** Scripts done on the host's kernel, with this JVM as their process. */
class HostScriptsTest {
    private static final ScriptOperations OPERATIONS = ScriptOperations.load();

    private static HostScripts host() {
        try {
            if (!HostKernel.release().startsWith("6.18.")) {
                abort("the records are of 6.18, the host runs " + HostKernel.release());
            }
            return new HostScripts(OPERATIONS);
        } catch (HostUnavailableException e) {
            return abort(e.getMessage());
        }
    }

    private static List<Path> records() throws IOException, URISyntaxException {
        Path root =
                Path.of(
                        Objects.requireNonNull(
                                        HostScriptsTest.class.getResource("/records/linux-6.18"))
                                .toURI());
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".nls")).sorted().toList();
        }
    }

    /** The same operations, recorded anew: the virtual kernel replays that as well. */
    @Test
    void records_doneAgain_areWhatTheVirtualKernelAnswers() throws Exception {
        int done = 0;
        try (HostScripts host = host()) {
            for (Path file : records()) {
                NetlinkScript record = host.record(NetlinkScript.read(file));
                assertEquals(
                        List.of(),
                        ScriptKernel.replay(record, OPERATIONS, KernelConfig.simulated(1)),
                        file.toString());
                done++;
            }
        } catch (HostUnavailableException e) {
            abort(e.getMessage());
        }
        assertTrue(done > 100, done + " records");
    }

    /** A script of the connector: its acknowledgement, and nobody else's events. */
    @Test
    void connectorScript_isDoneAmongOtherProcesses() {
        NetlinkScript script =
                NetlinkScript.parse(
                        "listen",
                        List.of(
                                "{\"nls\":1,\"uid\":0,\"title\":\"listen\"}",
                                "{\"op\":\"socket\",\"s\":\"a\",\"type\":\"SOCK_RAW\","
                                        + "\"protocol\":\"NETLINK_CONNECTOR\"}",
                                "{\"op\":\"bind\",\"s\":\"a\",\"pid\":0,\"groups\":1}",
                                "{\"op\":\"send\",\"s\":\"a\",\"data\":\"28000000030000000000000000"
                                        + "000000010000000100000007000000090000000400000001000000\","
                                        + "\"to\":{\"pid\":0,\"groups\":0}}",
                                "{\"op\":\"recv\",\"s\":\"a\",\"len\":100,"
                                        + "\"flags\":[\"MSG_DONTWAIT\"]}",
                                "{\"op\":\"close\",\"s\":\"a\"}",
                                "{\"op\":\"proc_net_netlink\",\"protocol\":\"NETLINK_CONNECTOR\"}"));
        try (HostScripts host = host()) {
            NetlinkScript record = host.record(script);
            List<String> lines = record.toLines();
            assertTrue(lines.getFirst().contains("\"cn_listeners_left\":1"), lines.getFirst());
            assertTrue(
                    lines.get(4).contains("\"ret\":76,\"out\":{\"data\":\"4c000000"), lines.get(4));
            assertTrue(lines.get(4).contains("\"ignore\":[[8,4],[24,4],[40,12]]"), lines.get(4));
            assertTrue(lines.get(6).contains("\"rows\":[]"), lines.get(6));
            // What is left behind has been taken back: the next one begins with nobody again.
            assertFalse(host.record(script).toLines().isEmpty());
        } catch (HostUnavailableException e) {
            abort(e.getMessage());
        }
    }
}
