package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.emulator.trace.TraceEvent;
import org.vkernel.netlink.user.NetlinkSocket;

/** The queued era's dispatch: callbacks in workers, removal with a flush, and what gets lost. */
class QueuedDispatchSimTest {
    private static final int SEEDS = 20;
    private static final CbId ID = CbId.of(14, 0x456);

    private static KernelConfig config(int seed, int cpus) {
        return KernelConfig.simulated(seed).cpus(cpus).profile(Profile.V2_6_14);
    }

    private static CnMsg message(int seq) {
        return CnMsg.builder(ID).seq(seq).text("message " + seq).build();
    }

    private static void sendOne(UserProcess process, int seq) {
        try (var socket = NetlinkSocket.open(process, 2, 11)) {
            assertEquals(36 + 10, ConnectorFixture.toKernel(socket, message(seq)));
        }
    }

    /** How many reports of a rule there are, all of them known. */
    private static int knownOf(ConnectorFixture fixture, String rule) {
        int count = 0;
        for (BugReport report : fixture.kernel.reports()) {
            assertTrue(report.known(), report::toString);
            count += report.rule().equals(rule) ? 1 : 0;
        }
        return count;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void callback_runsInAWorker_withTheMessageOfASenderThatIsGone(int cpus) {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (var fixture = ConnectorFixture.boot(config(seed, cpus))) {
                List<String> calls = new ArrayList<>();
                int[] uid = {0};
                fixture.add(
                        ID,
                        "test",
                        (message, sender) -> {
                            Task task = fixture.kernel.sched().current();
                            fixture.kernel.timers().msleep(20); // until the sender has gone
                            assertNull(task.process());
                            assertTrue(task.comm().startsWith("cqueue/"), task.comm());
                            uid[0] = sender.uid();
                            calls.add(message.text());
                        });
                UserProcess sender =
                        fixture.kernel.spawn("sender", 1000, process -> sendOne(process, 7));
                fixture.kernel.join(sender);
                assertEquals(List.of(), calls, "the send does not wait");
                fixture.del(ID);

                assertEquals(List.of("message 7"), calls);
                assertEquals(1000, uid[0]);
                fixture.checkInvariants();
            }
        }
    }

    @Test
    void messages_fromOneCpu_areCalledInOrder() {
        List<Integer> inOrder = List.of(0, 1, 2, 3, 4, 5, 6, 7);
        for (int seed = 0; seed < SEEDS; seed++) {
            try (var fixture = ConnectorFixture.boot(config(seed, 1));
                    var socket = fixture.member()) {
                List<Integer> calls = new ArrayList<>();
                fixture.add(ID, "test", (message, sender) -> calls.add(message.seq()));
                for (int seq : inOrder) {
                    ConnectorFixture.toKernel(socket, message(seq));
                }
                fixture.del(ID);
                assertEquals(inOrder, calls);
            }
        }
    }

    /** CN-21: each CPU has a thread of its own. */
    @ParameterizedTest
    @CsvSource({"1, false", "2, true"})
    void messages_fromSeveralCpus_overtakeAndOverlapEachOther(int cpus, boolean possible) {
        int overtaken = 0;
        int overlapping = 0;
        for (int seed = 0; seed < 3 * SEEDS; seed++) {
            try (var fixture = ConnectorFixture.boot(config(seed, cpus))) {
                List<Integer> ended = new ArrayList<>();
                int[] running = {0, 0};
                fixture.add(
                        ID,
                        "test",
                        (message, sender) -> {
                            running[0]++;
                            running[1] = Math.max(running[0], running[1]);
                            fixture.kernel.timers().msleep(message.seq() == 0 ? 40 : 1);
                            ended.add(message.seq());
                            running[0]--;
                        });
                for (int seq = 0; seq < 4; seq++) {
                    int number = seq;
                    fixture.kernel.join(
                            fixture.kernel.spawn("sender", process -> sendOne(process, number)));
                }
                fixture.del(ID);
                assertEquals(4, ended.size());
                assertEquals(running[1] > 1 ? 1 : 0, knownOf(fixture, QueuedDispatch.RUNS_TWICE));
                overtaken += ended.equals(List.of(0, 1, 2, 3)) ? 0 : 1;
                overlapping += running[1] > 1 ? 1 : 0;
            }
        }
        assertEquals(possible, overtaken > 0);
        assertEquals(possible, overlapping > 0);
    }

    /** CN-13: only the first message needs no memory; the sender is told nothing of the loss. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void message_busyEntryAndNoMemory_isLostInSilence(int cpus) {
        for (int seed = 0; seed < SEEDS; seed++) {
            List<TraceEvent> lost = new ArrayList<>();
            KernelConfig config =
                    config(seed, cpus)
                            .trace(event -> {
                                if (event.toLine().contains("cn_message_lost")) {
                                    lost.add(event);
                                }
                            });
            try (var fixture = ConnectorFixture.boot(config);
                    var socket = fixture.member()) {
                List<Integer> calls = new ArrayList<>();
                fixture.add(
                        ID,
                        "test",
                        (message, sender) -> {
                            fixture.kernel.timers().msleep(20);
                            calls.add(message.seq());
                        });
                fixture.kernel
                        .mm()
                        .setFaults(
                                SlabFaults.when((cache, bytes, gfp) ->
                                        cache.equals("kmalloc-256") && !gfp.allowBlocking()));
                for (int seq = 0; seq < 3; seq++) {
                    assertEquals(46, ConnectorFixture.toKernel(socket, message(seq)));
                }
                fixture.kernel.run(() -> fixture.kernel.timers().msleep(100));
                assertEquals(46, ConnectorFixture.toKernel(socket, message(3)));
                fixture.kernel.mm().setFaults(null);
                assertEquals(46, ConnectorFixture.toKernel(socket, message(4)));
                fixture.del(ID);

                assertEquals(2, lost.size());
                assertEquals(1, knownOf(fixture, QueuedDispatch.LOSES_MESSAGES));
                assertEquals(List.of(0, 3, 4), calls.stream().sorted().toList());
                fixture.checkInvariants();
            }
        }
    }

    /** Unlike in the direct era (CN-15) no callback outlasts its removal. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void delCallback_waitsForAllCallsThatRunOrAreQueued(int cpus) {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (var fixture = ConnectorFixture.boot(config(seed, cpus));
                    var socket = fixture.member()) {
                int[] calls = {0};
                fixture.add(
                        ID,
                        "test",
                        (message, sender) -> {
                            fixture.kernel.timers().msleep(8);
                            calls[0]++;
                        });
                for (int seq = 0; seq < 5; seq++) {
                    ConnectorFixture.toKernel(socket, message(seq));
                }
                fixture.del(ID);
                assertEquals(5, calls[0]);
                assertEquals(46, ConnectorFixture.toKernel(socket, message(5)));
                fixture.kernel.run(() -> fixture.kernel.timers().msleep(100));
                assertEquals(5, calls[0], "the id is gone");
                fixture.checkInvariants();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1004, 1", "1005, 0", "1008, 0"})
    void message_greatest_is1024BytesWithItsHeader(int data, int called) {
        try (var fixture = ConnectorFixture.boot(config(1, 2));
                var socket = fixture.member()) {
            int[] calls = {0};
            fixture.add(ID, "test", (message, sender) -> calls[0]++);
            CnMsg message = CnMsg.builder(ID).data(new byte[data]).build();
            assertEquals(36 + data, ConnectorFixture.toKernel(socket, message));
            fixture.del(ID);
            assertEquals(called, calls[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void callback_removesItself_isReported(int cpus) {
        var fixture = ConnectorFixture.boot(config(1, cpus));
        fixture.add(ID, "test", (message, sender) -> fixture.connector.delCallback(ID));
        try (var socket = fixture.member()) {
            var failed =
                    assertThrows(
                            KernelFailedException.class,
                            () -> {
                                ConnectorFixture.toKernel(socket, message(0));
                                fixture.kernel.run(() -> fixture.kernel.timers().msleep(100));
                            });

            assertEquals(QueuedDispatch.REMOVES_ITSELF, failed.reports().getFirst().rule());
        } catch (KernelFailedException closing) {
            assertEquals(1, closing.reports().size());
        }
        fixture.kernel.shutdown();
    }

    /** What a module does is the same in both eras: only when it is called differs. */
    @ParameterizedTest
    @ValueSource(strings = {"2.6.14", "6.1", "6.18"})
    void registerSendRemove_inEachEra_callsOnce(String profile) {
        try (var fixture = ConnectorFixture.boot(Profile.of(profile));
                var socket = fixture.member(14)) {
            List<CnMsg> calls = new ArrayList<>();
            assertEquals(
                    0, fixture.add(ID, "test", (message, sender) -> calls.add(message.copy())));
            assertEquals(-22, fixture.add(ID, "again"));
            ConnectorFixture.toKernel(socket, message(9));
            assertEquals(0, fixture.send(message(1), 0, 0));
            assertEquals(message(1), ConnectorFixture.next(socket));
            fixture.del(ID);
            assertEquals(List.of(message(9)), calls);
        }
    }
}
