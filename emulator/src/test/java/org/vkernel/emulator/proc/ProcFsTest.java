package org.vkernel.emulator.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.mm.FaultPlan;
import org.vkernel.emulator.mm.FaultRule;
import org.vkernel.emulator.shared.SharedInt;

class ProcFsTest {
    @Test
    void file_createdAndRemoved_isReadInBetween() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            assertTrue(kernel.proc().create("/proc/net/x", text -> text.append("x\n")));
            assertFalse(kernel.proc().create("/proc/net/x", text -> text.append("y\n")));
            assertEquals("x\n", kernel.readProc("/proc/net/x"));
            assertTrue(kernel.proc().remove("/proc/net/x"));
            assertEquals(
                    Errno.ENOENT,
                    assertThrows(ErrnoException.class, () -> kernel.readProc("/proc/net/x"))
                            .errno());
        }
    }

    @Test
    void read_byAProcess_isASystemCall() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.proc().create("/proc/x", text -> text.append(kernel.sched().current().comm()));
            StringBuilder seen = new StringBuilder();
            kernel.join(kernel.spawn("reader", process -> seen.append(kernel.readProc("/proc/x"))));
            assertEquals("reader", seen.toString());
            assertTrue(kernel.proc().remove("/proc/x"));
        }
    }

    @Test
    void create_noMemory_isNoFile_andItsRemovalIsReported() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1).keepGoing(true));
        kernel.faults().set(FaultPlan.of(FaultRule.failNth(1)));
        assertFalse(kernel.call(() -> kernel.proc().create("/proc/x", text -> text.append('x'))));
        assertFalse(kernel.call(() -> kernel.proc().remove("/proc/x")));
        kernel.shutdown();
        assertEquals(
                List.of(ProcFs.NOT_THERE), kernel.reports().stream().map(BugReport::rule).toList());
    }

    @Test
    void remove_whileItIsShown_waitsForTheReader() {
        Set<Boolean> found = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed))) {
                SharedInt freed = new SharedInt(kernel.sched(), 0);
                kernel.proc()
                        .create(
                                "/proc/x",
                                text -> {
                                    text.append(freed.getOnce());
                                    kernel.timers().msleep(1);
                                    text.append(freed.getOnce());
                                });
                kernel.spawn(
                        "reader",
                        process -> {
                            try {
                                assertEquals("00", process.readFile("/proc/x"));
                                found.add(true);
                            } catch (ErrnoException e) {
                                assertEquals(Errno.ENOENT, e.errno());
                                found.add(false);
                            }
                        });
                kernel.spawn(
                        "remover",
                        process ->
                                kernel.run(() -> {
                                    assertTrue(kernel.proc().remove("/proc/x"));
                                    freed.setOnce(1);
                                }));
                kernel.runFor(Duration.ofSeconds(1));
            }
        }
        assertEquals(Set.of(true, false), found);
    }
}
