package org.vkernel.testmodules.wrong;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.Modules;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * What a module leaves behind goes on to call its code: with the checker of leaks off, the run goes
 * on after the unload, and the call itself is what is reported.
 */
class UnloadedCodeSimTest {
    record Case(Class<? extends KernelModule> type, String what, String armed) {}

    static List<Case> cases() {
        return List.of(
                new Case(LeftTimer.class, "timer poll is called", "Armed by"),
                new Case(LeftWork.class, "work scan is called", "Queued by"),
                new Case(LeftThread.class, "kernel thread watcher still runs", "Started by"),
                new Case(LeftProcEntry.class, "proc entry /proc/answer is called", "Created by"),
                new Case(
                        LeftCallback.class,
                        "callback left 14:7 of the connector is called",
                        "Registered by"),
                new Case(RunsUnloaded.class, "work scan still runs", "Queued by"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void code_itsModuleIsGone_isReportedWhenCalled(Case one) {
        Set<Check> checks = EnumSet.allOf(Check.class);
        checks.remove(Check.LEAKS);
        for (int seed = 0; seed < 10; seed++) {
            VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed).checks(checks));
            kernel.modprobe(one.type());
            kernel.runFor(Duration.ofMillis(100));
            kernel.rmmod(Modules.nameOf(one.type()));

            assertThrows(KernelFailedException.class, () -> use(kernel));

            BugReport report = kernel.reports().getFirst();
            assertEquals("use after unload", report.rule());
            assertTrue(report.what().startsWith(one.what()), report::what);
            assertTrue(report.others().getFirst().title().startsWith(one.armed()));
            assertTrue(report.others().getLast().title().startsWith("Unloaded by"));
            kernel.shutdown();
        }
    }

    /** Does what leads a kernel into the code of any of them. */
    private static void use(VirtualKernel kernel) {
        kernel.spawn(
                "user",
                process -> {
                    if (kernel.proc().paths().contains(LeftProcEntry.PATH)) {
                        process.print(kernel.readProc(LeftProcEntry.PATH));
                    }
                    byte[] bytes =
                            CnMsg.builder(CbId.of(14, 7))
                                    .text("x")
                                    .build()
                                    .toNlMsg(0)
                                    .toByteArray();
                    if (kernel.proc().paths().contains("/proc/net/connector")) {
                        try (var socket = NetlinkSocket.open(process, 2, 11)) {
                            socket.sendTo(bytes, NetlinkAddress.KERNEL);
                        }
                    }
                });
        kernel.runFor(Duration.ofSeconds(3));
    }
}
