package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.user.NetlinkSocket;

/**
 * The connector's races, which Linux has as well: each shows in some schedules, not in all, and is
 * reported as a known counter-example where it shows.
 *
 * <p>Each test runs a pair of processes under many seeds and compares what they saw with what was
 * reported.
 */
class ConnectorRaceSimTest {
    private static final int SEEDS = 300;
    private static final int TRIES = 50;
    private static final CbId ID = CbId.of(14, 0x456);

    private static KernelConfig config(int seed) {
        return KernelConfig.simulated(seed);
    }

    private static boolean isReported(VirtualKernel kernel, String rule) {
        List<BugReport> reports = kernel.reports();
        assertTrue(
                reports.stream().allMatch(report -> report.known() && report.rule().equals(rule)),
                reports::toString);
        return !reports.isEmpty();
    }

    private static void assertSomeOf(int hits) {
        assertTrue(hits > 0 && hits < SEEDS, () -> hits + " of " + SEEDS + " schedules");
    }

    @Test
    void send_whileItsCallbackIsAdded_isLostInSomeSchedule() {
        int lost = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            int result = raceAddWithSend(seed);
            lost += result == -Errno.ESRCH ? 1 : 0;
        }
        assertSomeOf(lost);
    }

    private static int raceAddWithSend(int seed) {
        CnMsg message = CnMsg.builder(ID).build();
        int[] result = {-Errno.ENODEV};
        try (var fixture = ConnectorFixture.boot(config(seed));
                var _ = fixture.member(14)) {
            VirtualKernel kernel = fixture.kernel;
            UserProcess sender =
                    kernel.spawn(
                            "sender",
                            process -> {
                                for (int i = 0; i < TRIES && result[0] == -Errno.ENODEV; i++) {
                                    result[0] = fixture.send(message, 0, 0, GfpMask.ATOMIC);
                                }
                            });
            UserProcess adder = kernel.spawn("adder", process -> fixture.add(ID, "test"));
            kernel.join(adder);
            kernel.join(sender);

            assertEquals(result[0] == -Errno.ESRCH, isReported(kernel, CnQueue.USED_BEFORE_WHOLE));
            assertEquals(0, fixture.send(message, 0, 0), "later sends find the group");
            fixture.del(ID);
        }
        return result[0];
    }

    @Test
    void callback_whileItIsRemoved_runsAfterwardsInSomeSchedule() {
        int late = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            late += raceDelWithCallback(seed) ? 1 : 0;
        }
        assertSomeOf(late);
    }

    /** Whether the callback ran when its removal had returned. */
    private static boolean raceDelWithCallback(int seed) {
        boolean[] called = {false};
        boolean[] removed = {false};
        boolean[] late = {false};
        try (var fixture = ConnectorFixture.boot(config(seed))) {
            VirtualKernel kernel = fixture.kernel;
            fixture.add(
                    ID,
                    "test",
                    (message, sender) -> {
                        called[0] = true;
                        late[0] |= removed[0];
                        kernel.sched().relax();
                        late[0] |= removed[0];
                    });
            UserProcess sender =
                    kernel.spawn(
                            "sender",
                            process -> {
                                try (var socket = NetlinkSocket.open(process, 2, 11)) {
                                    for (int i = 0; i < TRIES; i++) {
                                        ConnectorFixture.toKernel(
                                                socket, CnMsg.builder(ID).build());
                                    }
                                }
                            });
            UserProcess remover =
                    kernel.spawn(
                            "remover",
                            process ->
                                    kernel.run(() -> {
                                        awaitFirst(kernel, called);
                                        fixture.connector.delCallback(ID);
                                        removed[0] = true;
                                    }));
            kernel.join(sender);
            kernel.join(remover);

            boolean reported = isReported(kernel, CnQueue.RUNS_AFTER_REMOVAL);
            assertTrue(reported || !late[0], "seen, but not reported");
        }
        return late[0];
    }

    /** Until the sender is at work, so that not every removal comes before it. */
    private static void awaitFirst(VirtualKernel kernel, boolean[] called) {
        while (!called[0]) {
            kernel.sched().relax();
        }
    }

    @Test
    void send_whileTheConnectorComesUp_meetsNoQueueInSomeSchedule() {
        int early = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            early += raceInsmodWithSend(seed) ? 1 : 0;
        }
        assertSomeOf(early);
    }

    private static boolean raceInsmodWithSend(int seed) {
        try (var kernel = VirtualKernel.boot(config(seed))) {
            UserProcess sender =
                    kernel.spawn(
                            "sender",
                            process -> {
                                for (int i = 0; i < TRIES && !sendOnce(process); i++) {
                                    // the protocol is not there yet
                                }
                            });
            UserProcess loader =
                    kernel.spawn("insmod", process -> kernel.insmod(ConnectorModule.class));
            kernel.join(sender);
            kernel.join(loader);
            return isReported(kernel, CnQueue.USED_BEFORE_INIT);
        }
    }

    private static boolean sendOnce(UserProcess process) {
        try (var socket = NetlinkSocket.open(process, 2, 11)) {
            return ConnectorFixture.toKernel(socket, CnMsg.builder(ID).build()) > 0;
        } catch (ErrnoException e) {
            assertEquals(Errno.EPROTONOSUPPORT, e.errno());
            return false;
        }
    }

    @Test
    void callbacks_addedAndRemovedByMany_leaveTheListAsItWas() {
        for (int seed = 0; seed < SEEDS / 10; seed++) {
            try (var fixture = ConnectorFixture.boot(config(seed).cpus(3))) {
                String before = fixture.procConnector();
                UserProcess[] workers = new UserProcess[3];
                for (int w = 0; w < workers.length; w++) {
                    CbId id = CbId.of(20, w / 2); // two of them want the same id
                    workers[w] = fixture.kernel.spawn("worker", process -> churn(fixture, id));
                }
                for (UserProcess worker : workers) {
                    fixture.kernel.join(worker);
                }
                assertEquals(before, fixture.procConnector());
                fixture.checkInvariants();
                assertEquals(List.of(), fixture.kernel.reports());
            }
        }
    }

    private static void churn(ConnectorFixture fixture, CbId id) {
        for (int i = 0; i < 5; i++) {
            int error = fixture.add(id, "worker");
            assertTrue(error == 0 || error == -Errno.EINVAL, () -> Errno.name(error));
            assertTrue(fixture.procConnector().startsWith("Name            ID\ncn_proc"));
            if (error == 0) {
                fixture.del(id);
            }
        }
    }
}
