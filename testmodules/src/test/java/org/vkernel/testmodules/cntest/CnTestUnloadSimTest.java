package org.vkernel.testmodules.cntest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * Unloads {@code cn_test} while a process sends to it.
 *
 * <p>Nothing pins a module whose callback somebody is about to call, in Linux either: in some
 * schedules the callback runs, or would, in a module that is gone. That is a known counter-example
 * and must be the only thing that ever goes wrong.
 */
class CnTestUnloadSimTest {
    private static final int SEEDS = 200;
    private static final int MESSAGES = 40;
    private static final String RUNS_AFTER_REMOVAL = "connector callback runs after its removal";
    private static final String RUNS_TWICE = "connector callback runs on two CPUs at once";

    @Test
    void rmmod_whileAProcessSends_breaksNoRuleThatLinuxKeeps() {
        int gone = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            gone += race(KernelConfig.simulated(seed), RUNS_AFTER_REMOVAL);
        }
        assertTrue(gone > 0, "no schedule in which the callback outlasted its removal");
    }

    /** There a module's exit waits for all calls; but two CPUs may call at once. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void rmmod_inTheQueuedEra_waitsForAllCalls(int cpus) {
        for (int seed = 0; seed < SEEDS / 4; seed++) {
            KernelConfig config = KernelConfig.simulated(seed).cpus(cpus);
            int overlapping = race(config.profile(Profile.V2_6_14), RUNS_TWICE);
            assertTrue(overlapping <= (cpus == 1 ? 0 : 1));
        }
    }

    /** How many reports there were, all of them of {@code rule}, and known. */
    private static int race(KernelConfig config, String rule) {
        byte[] bytes = CnMsg.builder(CbId.of(14, 0x456)).text("x").build().toNlMsg(0).toByteArray();
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            kernel.insmod(ConnectorModule.class);
            kernel.insmod(CnTest.class, "idx=14");
            UserProcess sender =
                    kernel.spawn(
                            "sender",
                            process -> {
                                try (var socket = NetlinkSocket.open(process, 2, 11)) {
                                    for (int i = 0; i < MESSAGES; i++) {
                                        socket.sendTo(bytes, NetlinkAddress.KERNEL);
                                    }
                                }
                            });
            UserProcess remover =
                    kernel.spawn(
                            "rmmod",
                            process -> {
                                while (kernel.printk().records().stream()
                                        .noneMatch(entry -> entry.text().contains("callback"))) {
                                    kernel.run(kernel.sched()::relax);
                                }
                                kernel.rmmod("cn_test");
                            });
            kernel.join(sender);
            kernel.join(remover);
            for (BugReport report : kernel.reports()) {
                assertEquals(rule, report.rule());
                assertTrue(report.known(), report::toString);
            }
            return kernel.reports().size();
        }
    }
}
