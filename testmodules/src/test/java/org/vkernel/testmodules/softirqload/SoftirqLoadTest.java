package org.vkernel.testmodules.softirqload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.trace.TraceEvent;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NlMsg;

class SoftirqLoadTest {
    private static NetlinkSocket listener(UserProcess process) {
        NetlinkSocket socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
        socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(15));
        return socket;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void counted_everyMessageArrives_fromSoftirqsOfEveryCpu(long seed) {
        List<TraceEvent> sends = new ArrayList<>();
        KernelConfig config =
                KernelConfig.simulated(seed)
                        .cpus(2)
                        .trace(event -> {
                            if (event.kind().name().equals("cn_netlink_send")) {
                                sends.add(event);
                            }
                        });
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            kernel.insmod(ConnectorModule.class);
            NetlinkSocket socket = listener(kernel.init());
            kernel.modprobe(SoftirqLoad.class, "count=3", "rate=2");
            kernel.runFor(Duration.ofSeconds(1));

            assertEquals("sent 24\nlost 0\n", kernel.readProc("/proc/softirq_load"));
            Set<Integer> sequences = new HashSet<>();
            while (socket.isReadable()) {
                byte[] bytes = socket.receive(4096, MsgFlag.MSG_DONTWAIT);
                CnMsg message = CnMsg.parse(NlMsg.parse(bytes));
                assertEquals(16, message.len());
                sequences.add(message.seq());
            }
            assertEquals(24, sequences.size());
            socket.close();
            kernel.rmmod("softirq_load");
        }
        assertTrue(sends.stream().allMatch(event -> event.context() == 's'));
        assertEquals(Set.of(0, 1), new HashSet<>(sends.stream().map(TraceEvent::cpu).toList()));
    }

    @Test
    void endless_unloadedInTheMiddle_stopsAndLeavesNothing() {
        for (long seed = 0; seed < 20; seed++) {
            List<String> log = new ArrayList<>();
            try (VirtualKernel kernel =
                    VirtualKernel.boot(KernelConfig.simulated(seed).jitter(true).log(log::add))) {
                kernel.modprobe(SoftirqLoad.class, "rate=1");
                kernel.runFor(Duration.ofMillis(20));
                kernel.rmmod("softirq_load");
                assertTrue(log.getLast().matches(".*softirq_load: \\d+ sent, \\d+ lost"));
                kernel.runFor(Duration.ofMillis(20));
            }
        }
    }

    @Test
    void parallel_severalListeners_eachGetsAll() {
        var received = new ConcurrentLinkedQueue<Integer>();
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(2))) {
            kernel.insmod(ConnectorModule.class);
            List<UserProcess> listeners = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                listeners.add(
                        kernel.spawn(
                                "listener",
                                process -> {
                                    try (NetlinkSocket socket = listener(process)) {
                                        for (int n = 0; n < 80; n++) {
                                            var bytes = socket.receive(4096);
                                            received.add(NlMsg.parse(bytes).seq());
                                        }
                                    }
                                }));
            }
            awaitMembers(kernel, 3);
            kernel.modprobe(SoftirqLoad.class, "count=10", "rate=2");
            listeners.forEach(kernel::join);
        }
        assertEquals(240, received.size());
        assertEquals(80, new HashSet<>(received).size());
    }

    static void awaitMembers(VirtualKernel kernel, int wanted) {
        long rows = 0;
        while (rows < wanted) {
            kernel.runFor(Duration.ofMillis(1));
            rows =
                    kernel.readProc("/proc/net/netlink")
                            .lines()
                            .filter(row -> row.contains(" 00004000 "))
                            .count();
        }
    }
}
