package org.vkernel.emulator.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.emulator.process.ProcessRuns.everywhere;
import static org.vkernel.emulator.process.ProcessRuns.told;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.AttachedProcess;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.sched.Scheduler;

/** What processes do from fork to exit, and what observers are told of it. */
class ProcessLifeTest {
    private static int errnoOf(Runnable call) {
        return assertThrows(ErrnoException.class, call::run).errno();
    }

    @Test
    void spawn_isForkByInitAndExec() {
        assertEquals(
                List.of("fork 2/2 of 1/1", "exec 2/2 p", "exit 2/2 0x300 17 of 1/1"),
                told(process -> process.exit(3)));
    }

    @Test
    void attach_isForkByInitAndExec_too() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel())) {
            EventLog log = new EventLog();
            kernel.processTable().register(log);
            try (AttachedProcess me = kernel.attach("host")) {
                UserProcess child = me.process().fork(own -> own.exit(1));
                assertEquals(1, me.process().waitFor(child.tgid()).status());
                kernel.run(child::awaitExit);
            }
            kernel.processTable().unregister(log);
            kernel.join(kernel.spawn("untold", self -> {}));
            assertEquals(List.of("fork 2/2 of 1/1", "exec 2/2 host"), log.lines.subList(0, 2));
            assertEquals("fork 3/3 of 2/2", log.lines.get(2));
            assertEquals("exit 2/2 0x0 17 of 1/1", log.lines.getLast());
            assertEquals(5, log.lines.size());
        }
    }

    @Test
    void fork_childExits_parentSeesItsStatus() {
        everywhere(kernel -> {
            List<ExitStatus> seen = new ArrayList<>();
            kernel.join(
                    kernel.spawn(
                            "parent",
                            self -> {
                                UserProcess child = self.fork(own -> own.exit(7));
                                seen.add(self.waitFor(child.tgid()));
                                assertEquals(Errno.ECHILD, errnoOf(() -> self.waitFor(-1)));
                            }));
            ExitStatus status = seen.getFirst();
            assertTrue(status.hasExited());
            assertEquals(7, status.status());
        });
    }

    @Test
    void fork_tellsParentAndChild_beforeTheChildRuns() {
        assertEquals(
                List.of(
                        "fork 2/2 of 1/1",
                        "exec 2/2 p",
                        "fork 3/3 of 2/2",
                        "comm 3/3 child",
                        "exit 3/3 0x0 17 of 2/2",
                        "exit 2/2 0x0 17 of 1/1"),
                told(process -> {
                    UserProcess child = process.fork(own -> own.setName("child"));
                    process.sleep(Duration.ofMillis(1));
                    process.waitFor(child.tgid());
                }));
    }

    @Test
    void exit_ofChildThatWasWaitedFor_tellsNoParentInSomeSchedule() {
        int early = 0;
        for (int seed = 0; seed < 300; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed))) {
                EventLog log = new EventLog();
                kernel.processTable().register(log);
                kernel.join(kernel.spawn("p", self -> self.waitFor(self.fork(own -> {}).tgid())));
                early += log.lines.contains("exit 3/3 0x0 17 of 0/0") ? 1 : 0;
            }
        }
        assertTrue(early > 0 && early < 300, "early in " + early);
    }

    @Test
    void exit_parentIgnoresSigchld_tellsNoParent() {
        List<String> told =
                told(process -> {
                    process.ignore(UserProcess.SIGCHLD);
                    process.fork(own -> {});
                    assertEquals(Errno.ECHILD, errnoOf(() -> process.waitFor(-1)));
                });
        assertTrue(told.contains("exit 3/3 0x0 17 of 0/0"), told::toString);
    }

    @Test
    void exit_ofOrphan_tellsInit() {
        everywhere(kernel -> {
            EventLog log = new EventLog();
            kernel.processTable().register(log);
            UserProcess[] orphan = new UserProcess[1];
            UserProcess parent =
                    kernel.spawn(
                            "p",
                            self -> orphan[0] = self.fork(own -> own.sleep(Duration.ofMillis(5))));
            kernel.join(parent);
            kernel.join(orphan[0]);
            int pid = orphan[0].tgid();
            String expected = "exit %d/%d 0x0 17 of 1/1".formatted(pid, pid);
            assertTrue(log.lines.contains(expected), log.lines::toString);
        });
    }

    @Test
    void sigchld_handled_arrives() {
        everywhere(kernel -> {
            int[] told = {0};
            kernel.join(
                    kernel.spawn(
                            "parent",
                            self -> {
                                self.handle(UserProcess.SIGCHLD, () -> told[0]++);
                                UserProcess child = self.fork(own -> {});
                                for (boolean waited = false; !waited; ) {
                                    waited = waitOnce(self, child);
                                }
                            }));
            assertEquals(1, told[0]);
        });
    }

    private static boolean waitOnce(UserProcess self, UserProcess child) {
        try {
            return self.waitFor(child.tgid()).pid() == child.tgid();
        } catch (ErrnoException e) {
            assertEquals(Errno.EINTR, e.errno());
            return false;
        }
    }

    /** A file that counts how often it was released. */
    private static final class CountedFile extends OpenFile {
        private final int[] releases;

        CountedFile(Scheduler sched, int[] releases) {
            super(sched);
            this.releases = releases;
        }

        @Override
        protected void release() {
            releases[0]++;
        }
    }

    private static int open(UserProcess process, OpenFile file, boolean closeOnExec) {
        int fd = process.files().reserve(closeOnExec);
        process.files().install(fd, file);
        return fd;
    }

    @Test
    void fork_sharesOpenFiles_closedByTheLast() {
        everywhere(kernel -> {
            int[] releases = {0};
            kernel.join(
                    kernel.spawn(
                            "parent",
                            self -> {
                                int fd =
                                        kernel.call(() ->
                                                open(
                                                        self,
                                                        new CountedFile(kernel.sched(), releases),
                                                        false));
                                UserProcess child =
                                        self.fork(own -> {
                                            assertEquals(self.files().get(fd), own.files().get(fd));
                                            kernel.run(() -> assertTrue(own.files().close(fd)));
                                        });
                                self.waitFor(child.tgid());
                                assertEquals(0, releases[0], "the parent has it still");
                            }));
            assertEquals(1, releases[0]);
        });
    }

    @Test
    void exec_closesWhatIsToBeClosed_ofTheChildToo() {
        told(process -> {
            Scheduler sched = process.kernel().sched();
            int[] kept = {0};
            int[] closed = {0};
            int[] fds = new int[2];
            process.kernel()
                    .run(() -> {
                        fds[0] = open(process, new CountedFile(sched, kept), false);
                        fds[1] = open(process, new CountedFile(sched, closed), true);
                    });
            UserProcess child =
                    process.fork(self -> {
                        self.exec("/bin/true");
                        assertNotNull(self.files().get(fds[0]));
                        assertNull(self.files().get(fds[1]));
                    });
            process.waitFor(child.tgid());
            assertEquals(0, closed[0], "the parent has it still");
            process.exec("/bin/true");
            assertEquals(1, closed[0]);
            assertEquals(0, kept[0]);
        });
    }

    @Test
    void invariants_holdWhileAFamilyLives() {
        for (int seed = 0; seed < 50; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed))) {
                kernel.spawn(
                        "p",
                        self -> {
                            self.startThread(own -> own.fork(c -> c.sleep(Duration.ofMillis(9))));
                            self.fork(child -> child.fork(c -> c.sleep(Duration.ofMillis(7))));
                            self.sleep(Duration.ofMillis(5));
                        });
                for (int step = 0; step < 12; step++) {
                    kernel.runFor(Duration.ofMillis(1));
                    kernel.run(kernel.processTable()::checkInvariants);
                }
                assertTrue(kernel.processes().isEmpty());
            }
        }
    }

    @Test
    void signal_thatLostItsHandlerMeanwhile_kills() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            UserProcess process =
                    kernel.spawn(
                            "p",
                            self -> {
                                self.handle(UserProcess.SIGUSR1, () -> {});
                                kernel.run(() -> {
                                    self.signal(UserProcess.SIGUSR1);
                                    self.exec("/bin/new");
                                });
                                throw new AssertionError("lives on");
                            });
            kernel.join(process);
            assertEquals(UserProcess.SIGUSR1, process.exitCode());
        }
    }

    // ---- Sessions and tracing ------------------------------------------------------------------

    @Test
    void setsid_onceOnly_andInherited() {
        List<String> told =
                told(process -> {
                    assertEquals(2, process.setsid());
                    assertEquals(Errno.EPERM, errnoOf(process::setsid));
                    UserProcess child = process.fork(own -> assertEquals(2, own.session()));
                    process.waitFor(child.tgid());
                });
        assertEquals("sid 2/2", told.get(2));
        assertEquals(1, told.stream().filter(line -> line.startsWith("sid")).count());
    }

    @Test
    void ptrace_tellsTracer_andItsEndNothing() {
        List<String> told =
                told(process -> {
                    UserProcess child = process.fork(own -> own.sleep(Duration.ofMillis(5)));
                    process.ptraceAttach(child.tgid());
                    assertEquals(Errno.EPERM, errnoOf(() -> process.ptraceAttach(child.tgid())));
                    process.ptraceDetach(child.tgid());
                    assertEquals(Errno.ESRCH, errnoOf(() -> process.ptraceDetach(child.tgid())));
                    process.ptraceAttach(child.tgid());
                    process.waitFor(child.tgid());
                    assertEquals(Errno.ESRCH, errnoOf(() -> process.ptraceAttach(child.tgid())));
                    assertEquals(Errno.EPERM, errnoOf(() -> process.ptraceAttach(2)));
                });
        assertEquals(
                List.of("ptrace 3/3 by 2/2", "ptrace 3/3 by 0/0", "ptrace 3/3 by 2/2"),
                told.stream().filter(line -> line.startsWith("ptrace")).toList());
    }

    @Test
    void ptrace_ofAnotherUser_isRefused() {
        everywhere(kernel -> {
            UserProcess other = kernel.spawn("other", 1000, self -> self.sleep(Duration.ofDays(1)));
            UserProcess nobody =
                    kernel.spawn(
                            "nobody",
                            65534,
                            self ->
                                    assertEquals(
                                            Errno.EPERM,
                                            errnoOf(() -> self.ptraceAttach(other.tgid()))));
            UserProcess same = kernel.spawn("same", 1000, self -> self.ptraceAttach(other.tgid()));
            kernel.join(nobody);
            kernel.join(same);
        });
    }

    // ---- procfs --------------------------------------------------------------------------------

    @Test
    void procFiles_tellOfTheProcess_untilItIsWaitedFor() {
        told(process -> {
            process.exec("/bin/prog", "-a", "b");
            process.setgid(7);
            assertEquals("prog\n", process.readFile("/proc/self/comm"));
            assertEquals("/bin/prog\0-a\0b\0", process.readFile("/proc/2/cmdline"));
            assertEquals(
                    """
                    Name:\tprog
                    Tgid:\t2
                    Pid:\t2
                    PPid:\t1
                    Uid:\t0\t0\t0\t0
                    Gid:\t7\t7\t7\t7
                    """,
                    process.readFile("/proc/2/status"));
            UserProcess child = process.fork(own -> {});
            process.sleep(Duration.ofMillis(1));
            assertEquals("prog\n", process.readFile("/proc/3/comm"), "a zombie");
            assertEquals("", process.readFile("/proc/3/cmdline"));
            process.waitFor(child.tgid());
            for (String path : List.of("/proc/3/comm", "/proc/2/x", "/proc/2", "/proc/-2/comm")) {
                assertEquals(Errno.ENOENT, errnoOf(() -> process.readFile(path)), path);
            }
        });
    }
}
