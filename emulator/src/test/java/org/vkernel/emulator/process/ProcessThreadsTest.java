package org.vkernel.emulator.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.emulator.process.ProcessRuns.everywhere;
import static org.vkernel.emulator.process.ProcessRuns.told;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;

/** The threads of a process: their ends, an exec by one of them, core dumps. */
class ProcessThreadsTest {
    // ---- Threads -------------------------------------------------------------------------------

    @Test
    void thread_fork_tellsTheProcessesParent_exit_tellsNone() {
        assertEquals(
                List.of(
                        "fork 2/2 of 1/1",
                        "exec 2/2 p",
                        "fork 3/2 of 1/1",
                        "exit 3/2 0x400 -1 of 0/0",
                        "exit 2/2 0x0 17 of 1/1"),
                told(process -> process.startThread(self -> self.exitThread(4)).join()));
    }

    @Test
    void forkByThread_tellsTheThread() {
        List<String> told =
                told(process ->
                        process.startThread(self -> self.waitFor(self.fork(own -> {}).tgid()))
                                .join());
        assertTrue(told.contains("fork 4/4 of 3/2"), told::toString);
    }

    @Test
    void exit_ofProcess_killsItsThreadsFirst() {
        everywhere(kernel -> {
            UserProcess process =
                    kernel.spawn(
                            "p",
                            self -> {
                                self.startThread(own -> own.sleep(Duration.ofDays(1)));
                                self.startThread(own -> own.exit(9));
                                self.sleep(Duration.ofDays(1));
                            });
            kernel.join(process);
            assertEquals(9 << 8, process.exitCode());
            assertTrue(kernel.processes().isEmpty());
        });
    }

    @Test
    void firstThreadExitsAlone_processGoesOn_andLastThreadsCodeCounts() {
        everywhere(kernel -> {
            List<ExitStatus> seen = new ArrayList<>();
            kernel.join(
                    kernel.spawn(
                            "parent",
                            self -> {
                                UserProcess child =
                                        self.fork(own -> {
                                            own.startThread(thread -> {
                                                thread.leader().join();
                                                thread.exitThread(5);
                                            });
                                            own.exitThread(1);
                                        });
                                seen.add(self.waitFor(child.tgid()));
                            }));
            assertEquals(5, seen.getFirst().status());
        });
    }

    @Test
    void childOfAThread_isInheritedByAnotherThread() {
        everywhere(kernel ->
                kernel.join(
                        kernel.spawn(
                                "p",
                                self -> {
                                    int[] pid = {0};
                                    self.startThread(own ->
                                                    pid[0] =
                                                            own.fork(child -> child.exit(6)).tgid())
                                            .join();
                                    assertEquals(6, self.waitFor(pid[0]).status());
                                })));
    }

    // ---- Exec ----------------------------------------------------------------------------------

    @Test
    void exec_takesTheLastPartOfThePathAsName() {
        List<String> told =
                told(process -> {
                    process.handle(UserProcess.SIGUSR1, () -> {});
                    process.exec("/usr/bin/a-name-of-17-char", "-x");
                    assertEquals(
                            List.of("/usr/bin/a-name-of-17-char", "-x"), process.commandLine());
                    assertEquals("a-name-of-17-ch", process.name());
                    process.signal(UserProcess.SIGUSR1); // its handler was the old program's
                });
        assertEquals("exec 2/2 a-name-of-17-ch", told.get(2));
        assertEquals("exit 2/2 0xa 17 of 1/1", told.get(3));
    }

    @Test
    void exec_killsOtherThreadsFirst() {
        assertEquals(
                List.of(
                        "fork 2/2 of 1/1",
                        "exec 2/2 p",
                        "fork 3/2 of 1/1",
                        "exit 3/2 0x0 -1 of 0/0",
                        "exec 2/2 new",
                        "exit 2/2 0x0 17 of 1/1"),
                told(process -> {
                    process.startThread(own -> own.sleep(Duration.ofDays(1)));
                    process.exec("/bin/new");
                }));
    }

    @Test
    void exec_byAnotherThread_takesTheFirstOnesId() {
        assertEquals(
                List.of(
                        "fork 2/2 of 1/1",
                        "exec 2/2 p",
                        "fork 3/2 of 1/1",
                        "exit 2/2 0x0 17 of 1/1",
                        "exec 2/2 new",
                        "exit 2/2 0x500 17 of 1/1"),
                told(process -> {
                    process.startThread(own -> {
                        own.exec("new");
                        own.exit(5);
                    });
                    process.sleep(Duration.ofDays(1));
                }));
        everywhere(kernel -> {
            UserProcess process =
                    kernel.spawn(
                            "p",
                            self -> {
                                self.startThread(own -> {
                                    own.exec("new");
                                    own.exit(5);
                                });
                                self.sleep(Duration.ofDays(1));
                            });
            kernel.join(process);
            assertEquals(5 << 8, process.exitCode());
            assertEquals("new", process.comm());
        });
    }

    @Test
    void exec_byAnotherThread_firstOnesExitIsToldUnderEitherId() {
        int under3 = 0;
        for (int seed = 0; seed < 300; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed))) {
                EventLog log =
                        new EventLog() {
                            @Override
                            public void exited(UserThread thread) {
                                for (int i = 0; i < 20; i++) {
                                    kernel.sched().relax(); // it takes its time
                                }
                                super.exited(thread);
                            }
                        };
                kernel.processTable().register(log);
                kernel.join(
                        kernel.spawn(
                                "p",
                                self -> {
                                    self.startThread(own -> own.exec("new"));
                                    self.sleep(Duration.ofDays(1));
                                }));
                List<String> exits =
                        log.lines.stream().filter(line -> line.startsWith("exit ")).toList();
                assertEquals(2, exits.size(), log.lines::toString);
                under3 += exits.getFirst().startsWith("exit 3/2 0x0 ") ? 1 : 0;
            }
        }
        assertTrue(under3 > 0 && under3 < 300, "in " + under3);
    }

    // ---- Core dumps ----------------------------------------------------------------------------

    @Test
    void crash_dumpsCore_andSaysSo() {
        List<String> told =
                told(process -> {
                    process.crash(UserProcess.SIGSEGV);
                    throw new AssertionError("goes on after its crash");
                });
        assertEquals(
                List.of("coredump 2/2 of 1/1", "exit 2/2 0x8b 17 of 1/1"),
                told.subList(2, told.size()));
    }

    @Test
    void crash_withoutRoomForCore_isToldButLeavesNoFlag() {
        List<String> told =
                told(process -> {
                    process.limitCore(false);
                    process.crash(UserProcess.SIGABRT);
                });
        assertEquals(
                List.of("coredump 2/2 of 1/1", "exit 2/2 0x6 17 of 1/1"),
                told.subList(2, told.size()));
    }

    @Test
    void crash_handled_goesOn() {
        int[] handled = {0};
        List<String> told =
                told(process -> {
                    process.handle(UserProcess.SIGSEGV, () -> handled[0]++);
                    process.crash(UserProcess.SIGSEGV);
                });
        assertEquals(1, handled[0]);
        assertEquals("exit 2/2 0x0 17 of 1/1", told.getLast());
    }

    @Test
    void crash_ofOneThread_othersExitAfterTheDump_withoutItsFlag() {
        List<String> told =
                told(process -> {
                    process.startThread(own -> own.sleep(Duration.ofDays(1)));
                    process.crash(UserProcess.SIGSEGV);
                });
        assertEquals("coredump 2/2 of 1/1", told.get(3));
        assertTrue(told.contains("exit 3/2 0xb -1 of 0/0"), told::toString);
        assertTrue(told.contains("exit 2/2 0x8b 17 of 1/1"), told::toString);
        everywhere(kernel -> {
            UserProcess process =
                    kernel.spawn(
                            "p",
                            self -> {
                                self.startThread(own -> own.sleep(Duration.ofDays(1)));
                                self.startThread(own -> own.crash(UserProcess.SIGSEGV));
                                self.sleep(Duration.ofDays(1));
                            });
            kernel.join(process);
            assertEquals(0x80 | UserProcess.SIGSEGV, process.exitCode());
        });
    }
}
