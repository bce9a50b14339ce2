package org.vkernel.emulator.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vkernel.emulator.process.Credentials.KEEP;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;

/** Which ids a process may take, and when that is told. */
class CredentialsTest {
    private static List<String> changes(int uid, ProcessBody body) {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            EventLog log = new EventLog();
            kernel.processTable().register(log);
            kernel.join(kernel.spawn("p", uid, body));
            return log.lines.stream().filter(line -> line.contains("id ")).toList();
        }
    }

    private static void assertRefused(Runnable call) {
        assertEquals(Errno.EPERM, assertThrows(ErrnoException.class, call::run).errno());
    }

    @Test
    void setuid_byRoot_givesUpAllForGood() {
        assertEquals(
                List.of("uid 2/2 1000 1000"),
                changes(
                        0,
                        self -> {
                            self.setuid(1000);
                            assertEquals(
                                    Credentials.of(1000, 0).withGids(0, 0, 0), self.credentials());
                            assertRefused(() -> self.setuid(0));
                            assertRefused(() -> self.setgid(5));
                        }));
    }

    @Test
    void setuid_byOthers_changesTheEffectiveOne() {
        assertEquals(
                List.of("uid 2/2 1000 2000", "uid 2/2 1000 1000", "uid 2/2 1000 2000"),
                changes(
                        0,
                        self -> {
                            self.setresuid(1000, 2000, 2000);
                            self.setuid(1000);
                            self.setuid(2000); // the saved one
                            assertEquals(
                                    new Credentials(1000, 2000, 2000, 0, 0, 0), self.credentials());
                        }));
    }

    @Test
    void sameIds_areNotTold() {
        assertEquals(
                List.of(),
                changes(
                        1000,
                        self -> {
                            self.setuid(1000);
                            self.setreuid(KEEP, KEEP);
                            self.setresuid(KEEP, 1000, KEEP);
                            self.setregid(1000, KEEP);
                            self.setresgid(KEEP, KEEP, 1000);
                            self.setgid(1000);
                        }));
    }

    @Test
    void setreuid_swaps_andSavesTheEffectiveOne() {
        assertEquals(
                List.of("uid 2/2 1000 2000", "uid 2/2 2000 1000"),
                changes(
                        0,
                        self -> {
                            self.setresuid(1000, 2000, 1000);
                            self.setreuid(2000, 1000);
                            assertEquals(
                                    new Credentials(2000, 1000, 1000, 0, 0, 0), self.credentials());
                            assertRefused(() -> self.setreuid(3000, KEEP));
                            assertRefused(() -> self.setreuid(KEEP, 0));
                        }));
    }

    @Test
    void changeOfTheSavedIdAlone_isTold() {
        assertEquals(
                List.of("uid 2/2 0 0", "gid 2/2 0 0"),
                changes(
                        0,
                        self -> {
                            self.setresuid(KEEP, KEEP, 7);
                            self.setresgid(KEEP, KEEP, 7);
                        }));
    }

    @Test
    void groups_followTheSameRules() {
        assertEquals(
                List.of("gid 2/2 5 5", "gid 2/2 5 6", "gid 2/2 6 5"),
                changes(
                        0,
                        self -> {
                            self.setgid(5);
                            self.setresgid(5, 6, 6);
                            self.setregid(6, 5);
                            assertEquals(new Credentials(0, 0, 0, 6, 5, 5), self.credentials());
                        }));
    }
}
