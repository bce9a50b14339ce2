package org.vkernel.emulator.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;

class ProcFsTest {
    @Test
    void file_createdAndRemoved_isReadInBetween() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            assertTrue(kernel.proc().create("/proc/net/x", text -> text.append("x\n")));
            assertFalse(kernel.proc().create("/proc/net/x", text -> text.append("y\n")));
            assertEquals("x\n", kernel.readProc("/proc/net/x"));
            assertTrue(kernel.proc().remove("/proc/net/x"));
            assertFalse(kernel.proc().remove("/proc/net/x"));
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
        }
    }
}
