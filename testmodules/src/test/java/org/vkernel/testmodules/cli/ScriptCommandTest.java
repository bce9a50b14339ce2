package org.vkernel.testmodules.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.vkernel.testmodules.cli.CommandLineRun.vkernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vkernel.netlink.host.HostKernel;
import org.vkernel.netlink.host.HostThread;
import org.vkernel.netlink.host.HostUnavailableException;

/** {@code vkernel script}. */
class ScriptCommandTest {
    private static final String HEADER =
            "{\"nls\":1,\"kernel\":\"6.18.44\",\"uid\":0,\"tgid\":50,\"title\":\"a test\"}";
    private static final String SOCKET =
            "{\"op\":\"socket\",\"s\":\"a\",\"type\":\"SOCK_RAW\","
                    + "\"protocol\":\"NETLINK_USERSOCK\"";
    private static final String BIND = "{\"op\":\"bind\",\"s\":\"a\",\"pid\":0,\"groups\":0";
    private static final String NAME = "{\"op\":\"getsockname\",\"s\":\"a\"";
    private static final String NAMED = ",\"ret\":0,\"out\":{\"pid\":\"$tgid\",\"groups\":0}}";

    @TempDir Path folder;

    private String write(String name, String... lines) throws IOException {
        return Files.write(folder.resolve(name), List.of(lines)).toString();
    }

    private String good(String name) throws IOException {
        return write(name, HEADER, SOCKET + ",\"ret\":0}", BIND + ",\"ret\":0}", NAME + NAMED);
    }

    private String request(String name) throws IOException {
        return write(
                name, "{\"nls\":1,\"uid\":0,\"title\":\"\"}", SOCKET + "}", BIND + "}", NAME + "}");
    }

    private static void requireHost() {
        try {
            HostThread.start(0, HostThread.Namespace.OWN).close();
            assumeTrue(
                    HostKernel.release().startsWith("6.18."),
                    "the host is no Linux 6.18 but " + HostKernel.release());
        } catch (HostUnavailableException e) {
            abort(e.getMessage());
        }
    }

    @Test
    void replay_ofRecords_countsThem() throws Exception {
        good("a.nls");
        good("b.nls");
        CommandLineRun run = vkernel("script", "replay", folder.toString());
        assertEquals("2 scripts, 6 operations, 0 divergences", run.result());
        assertEquals(0, run.status());
        assertEquals("", run.err());
    }

    @Test
    void replay_ofAWrongAnswer_showsItAndFails() throws Exception {
        String file = write("a.nls", HEADER, SOCKET + ",\"ret\":0}", BIND + ",\"err\":\"EPERM\"}");
        CommandLineRun run = vkernel("script", "replay", file);
        assertEquals("1 scripts, 2 operations, 1 divergences", run.result());
        assertEquals(1, run.status());
        assertTrue(run.out().contains("answered {\"ret\":0}"), run.out());
    }

    @Test
    void replay_ofWrongInput_isStatus2AndSilent() throws Exception {
        expectUsage("expected at least one *.nls there", "replay", folder.toString());
        expectUsage("'': expected a path", "replay", "");
        expectUsage("expected a readable script", "replay", folder.resolve("no.nls").toString());
        expectUsage("a.nls:2: no answer to compare with", "replay", request("a.nls"));
        expectUsage("b.nls:2: no JSON object", "replay", write("b.nls", HEADER, "what"));
        expectUsage("c.nls is empty", "replay", write("c.nls"));
        expectUsage(
                "no profile for kernel release \"5.0\"",
                "replay",
                write("d.nls", "{\"nls\":1,\"kernel\":\"5.0\"}", SOCKET + ",\"ret\":0}"));
        expectUsage(
                "line 2: expected the arguments of \"bind\"",
                "replay",
                write("e.nls", HEADER, "{\"op\":\"bind\",\"ret\":0}"));
        expectUsage("expected replay, record or diff");
        expectUsage("script: expected FILE|DIR", "replay");
        expectUsage("script: expected FILE", "record", "--on", "vkernel", "-o", "x");
    }

    private static void expectUsage(String message, String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "script";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        CommandLineRun run = vkernel(all);
        assertEquals("", run.out());
        assertEquals(2, run.status());
        assertEquals(1, run.errLines().size(), run.err());
        assertTrue(run.err().contains(message), run.err());
    }

    @Test
    void record_onVkernel_canBeReplayed() throws Exception {
        Path out = folder.resolve("out");
        CommandLineRun run =
                vkernel("script", "record", request("a.nls"), "--on", "vkernel", "-o", "" + out);
        assertEquals("1 scripts, 3 operations recorded", run.result());
        assertEquals(
                "1 scripts, 3 operations, 0 divergences",
                vkernel("script", "replay", out.toString()).result());
        assertTrue(Files.readString(out.resolve("a.nls")).endsWith(NAMED + "\n"));
    }

    @Test
    void record_ofWhatWaitsForEver_isRefused() throws Exception {
        String file =
                write(
                        "a.nls",
                        "{\"nls\":1,\"uid\":0}",
                        SOCKET + "}",
                        "{\"op\":\"recv\",\"s\":\"a\",\"len\":10}");
        expectUsage(
                "a.nls:3: would wait for ever",
                "record",
                file,
                "--on",
                "vkernel",
                "-o",
                folder.toString());
        expectUsage("expected host or vkernel", "record", file, "--on", "moon", "-o", "" + folder);
    }

    @Test
    void record_onTheHost_isWhatVkernelAnswers() throws Exception {
        requireHost();
        Path out = folder.resolve("out");
        CommandLineRun run =
                vkernel("script", "record", request("a.nls"), "--on", "host", "-o", "" + out);
        assertEquals("1 scripts, 3 operations recorded", run.result());
        assertEquals(
                "1 scripts, 3 operations, 0 divergences",
                vkernel("script", "replay", out.toString()).result());
    }

    /** Random scripts, others each time: the seed stands in the message. */
    @Test
    void diff_ofRandomScripts_findsNothing() {
        requireHost();
        long seed = RandomGenerator.getDefault().nextInt(Integer.MAX_VALUE);
        CommandLineRun run =
                vkernel(
                        "script",
                        "diff",
                        "--count",
                        "300",
                        "--seed",
                        Long.toString(seed),
                        "-o",
                        folder.toString());
        String message = "--seed " + seed + "\n" + run.out() + run.err();
        assumeFalse(run.err().contains("the host's kernel is not available"), message);
        assertEquals(0, run.status(), message);
        assertTrue(run.result().matches("300 scripts, \\d+ operations, 0 divergences"), message);
        assertTrue(run.err().contains("option set: "), message);
    }

    @Test
    void diff_ofWrongNumbers_isStatus2() {
        expectUsage("--count 0: expected a number of scripts, 1 or more", "diff", "--count", "0");
        expectUsage("--seed x: expected a whole number", "diff", "--seed", "x");
    }

    @Test
    void help_showsTheSubcommands() {
        CommandLineRun run = vkernel("script", "--help");
        assertEquals(0, run.status());
        assertTrue(run.out().contains("replay") && run.out().contains("diff"), run.out());
        assertTrue(vkernel("script", "record", "--help").out().contains("--on=KERNEL"));
    }
}
