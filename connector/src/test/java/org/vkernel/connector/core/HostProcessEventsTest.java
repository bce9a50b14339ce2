package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.process.ProcessBody;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.PollBit;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.host.ConnectorLock;
import org.vkernel.netlink.host.HostNetlink;
import org.vkernel.netlink.host.HostUnavailableException;
import org.vkernel.netlink.wire.NlMsg;

/**
 * The host's kernel as the oracle: a real process lives a story, and a process here lives the same;
 * what listeners are told of both is the same, but for ids and clocks.
 *
 * <p>One at a time on the whole machine; events of other processes are passed over; the LISTEN is
 * taken back before the socket closes, which would leave it counted.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostProcessEventsTest {
    private static final int ROOM_BYTES = 4 << 20;
    private static final int BUFFER_BYTES = 256;
    private static final int ATTEMPTS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir Path folder;

    // ---- On the host ---------------------------------------------------------------------------

    private Map<String, List<String>> onHost(String... command) throws Exception {
        assumeTrue(isRoot(), "only root may be told of process events by every kernel");
        try (ConnectorLock _ = ConnectorLock.take();
                HostNetlink host = HostNetlink.open();
                ProcListener listener = ProcListener.member(host)) {
            listener.socket.setsockopt(
                    SocketOption.SOL_SOCKET, SocketOption.SO_RCVBUFFORCE, ROOM_BYTES);
            listener.ask(ProcInput.listen());
            if (!listener.socket.isReadable()) {
                return abort("this kernel has no process events");
            }
            try {
                for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                    Map<String, List<String>> lives = liveOnHost(listener, command);
                    if (!lives.isEmpty()) {
                        return lives;
                    }
                }
            } finally {
                listener.ask(ProcInput.ignore());
            }
            return abort("the host's other processes made too many events at each attempt");
        } catch (HostUnavailableException e) {
            return abort(e.getMessage());
        }
    }

    private static boolean isRoot() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                && Files.readAllLines(status).stream().anyMatch(l -> l.matches("Uid:\\s+0\\s+0.*"));
    }

    /** The lives of a command and its children; empty if events were lost. */
    private Map<String, List<String>> liveOnHost(ProcListener listener, String... command)
            throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        ProcLives lives = new ProcLives((int) process.pid());
        byte[] buffer = new byte[BUFFER_BYTES];
        while (!lives.isOver()) {
            assertTrue(
                    listener.socket.poll(PollBit.POLLIN, PATIENCE) != 0,
                    () -> "nothing more is told after " + lives.lives());
            int length = listener.socket.tryReceive(buffer, 0, BUFFER_BYTES, MsgFlag.MSG_DONTWAIT);
            if (length == -Errno.ENOBUFS) {
                process.destroyForcibly();
                return Map.of();
            }
            if (length > 0) {
                lives.add(ProcEvent.parse(CnMsg.parse(NlMsg.parse(buffer.clone()))));
            }
        }
        return withoutLaunch(lives.lives());
    }

    /** What the launcher of the JVM did before the command was the process's program. */
    private static Map<String, List<String>> withoutLaunch(Map<String, List<String>> lives) {
        List<String> root = lives.getOrDefault("root", new ArrayList<>());
        root.removeFirst();
        while (!root.isEmpty() && root.getFirst().equals("exec")) {
            root.removeFirst();
        }
        return lives;
    }

    // ---- Here ----------------------------------------------------------------------------------

    private static Map<String, List<String>> here(ProcessBody story) {
        try (ConnectorFixture fixture = ConnectorFixture.boot(KernelConfig.simulated(1));
                ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
            UserProcess root = fixture.kernel.spawn("root", story);
            fixture.kernel.join(root);
            fixture.kernel.processes().forEach(fixture.kernel::join);
            ProcLives lives = new ProcLives(root.tgid());
            listener.events().forEach(lives::add);
            assertTrue(lives.isOver());
            return withoutLaunch(lives.lives());
        }
    }

    private static void await(UserProcess self, ProcessBody child) {
        self.waitFor(self.fork(child).tgid());
    }

    private void assertSame(ProcessBody story, String... command) throws Exception {
        assertEquals(onHost(command), here(story));
    }

    private void assertSameInSomeRun(ProcessBody story, String... command) throws Exception {
        Map<String, List<String>> here = here(story);
        Map<String, List<String>> there = onHost(command);
        for (int again = 1; again < ATTEMPTS && !there.equals(here); again++) {
            there = onHost(command);
        }
        assertEquals(there, here);
    }

    private static String[] shell(String script) {
        return new String[] {"/bin/sh", "-c", script};
    }

    private static void assumeProgram(String path) {
        assumeTrue(Files.isExecutable(Path.of(path)), "the host has no " + path);
    }

    // ---- Stories -------------------------------------------------------------------------------

    @Test
    void exitStatus() throws Exception {
        assertSame(self -> self.exit(7), shell("exit 7"));
    }

    @Test
    void children_withAndWithoutExec() throws Exception {
        assertSame(
                self -> {
                    await(self, child -> child.exec("/bin/true"));
                    await(self, child -> child.exit(3));
                    await(
                            self,
                            child -> {
                                await(child, grandchild -> grandchild.exit(255));
                                child.exit(4);
                            });
                    self.exit(1);
                },
                shell("/bin/true; (exit 3); ( (exit 255); exit 4 ); exit 1"));
    }

    @Test
    void session() throws Exception {
        assumeProgram("/usr/bin/setsid");
        assertSame(
                self ->
                        await(
                                self,
                                child -> {
                                    child.exec("/usr/bin/setsid");
                                    child.setsid();
                                    child.exec("/bin/true");
                                }),
                shell("/usr/bin/setsid /bin/true; exit 0"));
    }

    @Test
    void ids() throws Exception {
        assumeProgram("/usr/bin/setpriv");
        assertSame(
                self -> {
                    await(
                            self,
                            child -> {
                                child.exec("/usr/bin/setpriv");
                                child.setresgid(65534, 65534, 65534);
                                child.exec("/bin/true");
                            });
                    await(
                            self,
                            child -> {
                                child.exec("/usr/bin/setpriv");
                                child.setresuid(65534, 65534, 65534);
                                child.exec("/bin/true");
                            });
                },
                shell(
                        "/usr/bin/setpriv --regid=65534 --clear-groups /bin/true;"
                                + " /usr/bin/setpriv --reuid=65534 --clear-groups /bin/true;"
                                + " exit 0"));
    }

    @Test
    void name_setByItself() throws Exception {
        assertSame(
                self -> {
                    self.setName("worker");
                    self.setName("a-name-of-more-than-15");
                    self.exit(0);
                },
                shell(
                        "printf worker > /proc/$$/comm;"
                                + " printf a-name-of-more-than-15 > /proc/$$/comm; exit 0"));
    }

    @Test
    void killed() throws Exception {
        assertSame(
                self -> {
                    await(
                            self,
                            child -> {
                                child.exec("/bin/sh");
                                child.signal(UserProcess.SIGKILL);
                                child.exit(0);
                            });
                    await(
                            self,
                            child -> {
                                child.exec("/bin/sh");
                                child.signal(UserProcess.SIGTERM);
                                child.exit(0);
                            });
                },
                shell("/bin/sh -c 'kill -KILL $$; :'; /bin/sh -c 'kill -TERM $$; :'; exit 0"));
    }

    @Test
    void crash_thatMayNotDump() throws Exception {
        assertSame(
                self ->
                        await(
                                self,
                                child -> {
                                    child.exec("/bin/sh");
                                    child.limitCore(false);
                                    child.crash(UserProcess.SIGSEGV);
                                }),
                shell("/bin/sh -c 'ulimit -S -c 0; kill -SEGV $$; :'; exit 0"));
    }

    @Test
    void crash_thatDumpsCore() throws Exception {
        String pattern = Files.readString(Path.of("/proc/sys/kernel/core_pattern")).strip();
        assumeTrue(pattern.equals("core"), "core goes to " + pattern);
        assertSame(
                self -> {
                    await(
                            self,
                            child -> {
                                child.exec("/bin/sh");
                                child.crash(UserProcess.SIGABRT);
                            });
                    self.exit(134);
                },
                shell("/bin/sh -c 'ulimit -c unlimited && kill -ABRT $$; :'; exit $?"));
    }

    @Test
    void orphan() throws Exception {
        assertSame(
                self -> {
                    self.fork(child -> {
                        await(child, grandchild -> grandchild.exec("/bin/true"));
                        child.exit(4);
                    });
                    self.exit(0);
                },
                shell("(/bin/true; exit 4) & exit 0"));
    }

    // ---- Stories with threads, which a shell has not -------------------------------------------

    /** What all of them begin with; a thread has ended when the kernel knows it no more. */
    private static final String PRELUDE =
            """
            import ctypes, os, signal, sys, threading
            def alone():
                while len(os.listdir('/proc/self/task')) > 1:
                    os.sched_yield()
            def run(body):
                threading.Thread(target=body).start()
                alone()
            def sleeper():
                threading.Thread(target=threading.Event().wait, daemon=True).start()
            def fork(body):
                pid = os.fork()
                if pid == 0:
                    body()
                    os._exit(0)
                return pid
            """;

    private static String[] python(String script) {
        assumeProgram("/usr/bin/python3");
        return new String[] {"/usr/bin/python3", "-S", "-c", PRELUDE + script};
    }

    private static void sleeper(UserProcess self) {
        var _ = self.startThread(thread -> thread.sleep(Duration.ofDays(1)));
    }

    @Test
    void threads() throws Exception {
        assertSame(
                self -> {
                    self.startThread(thread -> {}).join();
                    self.startThread(thread -> await(thread, child -> child.exit(5))).join();
                    self.exit(6);
                },
                python(
                        """
                        run(lambda: None)
                        run(lambda: os.waitpid(fork(lambda: os._exit(5)), 0))
                        os._exit(6)
                        """));
    }

    @Test
    void exit_killsThreads_withItsCode() throws Exception {
        assertSame(
                self -> {
                    sleeper(self);
                    sleeper(self);
                    self.exit(6);
                },
                python("sleeper()\nsleeper()\nos._exit(6)\n"));
    }

    @Test
    void exec_byTheFirstThread_killsTheOthers_withoutACode() throws Exception {
        assertSame(
                self -> {
                    sleeper(self);
                    self.exec("/bin/false");
                    self.exit(1);
                },
                python("sleeper()\nos.execv('/bin/false', ['false'])\n"));
    }

    /**
     * The first thread's exit is told under the other's id where the two have exchanged them by
     * then, which both kernels do now and then: one run of some must be as most are.
     */
    @Test
    void exec_byAnotherThread_goesOnUnderTheFirstOnesId() throws Exception {
        assertSameInSomeRun(
                self ->
                        await(
                                self,
                                child -> {
                                    child.startThread(thread -> {
                                        thread.exec("/bin/false");
                                        thread.exit(1);
                                    });
                                    child.sleep(Duration.ofDays(1));
                                }),
                python(
                        """
                        def child():
                            run(lambda: os.execv('/bin/false', ['false']))
                            threading.Event().wait()
                        os.waitpid(fork(child), 0)
                        os._exit(0)
                        """));
    }

    @Test
    void crash_withThreads_onlyTheOneThatDumpedSaysSo() throws Exception {
        String pattern = Files.readString(Path.of("/proc/sys/kernel/core_pattern")).strip();
        assumeTrue(pattern.equals("core"), "core goes to " + pattern);
        assertSame(
                self ->
                        await(
                                self,
                                child -> {
                                    sleeper(child);
                                    child.crash(UserProcess.SIGABRT);
                                }),
                python(
                        """
                        import resource
                        most = resource.RLIM_INFINITY
                        def child():
                            resource.setrlimit(resource.RLIMIT_CORE, (most, most))
                            sleeper()
                            os.abort()
                        os.waitpid(fork(child), 0)
                        os._exit(0)
                        """));
    }

    @Test
    void ptrace_attachAndDetach() throws Exception {
        assertSame(
                self -> {
                    UserProcess child =
                            self.fork(own -> {
                                own.sleep(Duration.ofMillis(5));
                                own.exit(3);
                            });
                    self.ptraceAttach(child.tgid());
                    self.ptraceDetach(child.tgid());
                    self.waitFor(child.tgid());
                },
                python(
                        """
                        libc = ctypes.CDLL(None)
                        reader, writer = os.pipe()
                        def child():
                            os.close(writer)
                            os.read(reader, 1)
                            os._exit(3)
                        pid = fork(child)
                        zero = ctypes.c_void_p(0)
                        libc.ptrace(0x4206, pid, zero, zero)
                        libc.ptrace(0x4207, pid, zero, zero)
                        os.waitpid(pid, 0x40000000)
                        libc.ptrace(17, pid, zero, zero)
                        os.close(writer)
                        os.waitpid(pid, 0)
                        os._exit(0)
                        """));
    }
}
