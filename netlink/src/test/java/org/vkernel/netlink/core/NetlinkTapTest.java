package org.vkernel.netlink.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vkernel.netlink.core.NetlinkFixture.next;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/** What a tap is shown: each copy that somebody takes, once, before he can answer it. */
class NetlinkTapTest {
    private final List<String> seen = new ArrayList<>();
    private final NetlinkTap tap =
            (timeNs, protocol, toKernel, message) ->
                    seen.add(
                            (toKernel ? "kernel " : "user ")
                                    + protocol
                                    + " "
                                    + message.length
                                    + "x"
                                    + message[0]);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void multicast_isShownOnceForEachMemberThatTakesIt(boolean simulated) {
        KernelConfig config = simulated ? KernelConfig.simulated(1) : KernelConfig.parallel();
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket one = net.member(1, 1);
                NetlinkSocket two = net.member(2, 1);
                NetlinkSocket full = net.member(3, 1)) {
            full.setReceiveBuffer(0);
            while (net.unicast(100, 99, 3) > 0) {
                // until it is full
            }
            net.netlink.addTap(tap);
            assertEquals(0, net.broadcast(10, 7, 0, 1));
            assertEquals(List.of("user 17 10x7", "user 17 10x7"), seen);
            assertEquals(7, next(one));
            assertEquals(7, next(two));
        }
    }

    @Test
    void unicast_refused_isNotShown() {
        try (NetlinkFixture net = NetlinkFixture.boot()) {
            net.netlink.addTap(tap);
            assertEquals(-Errno.ECONNREFUSED, net.unicast(10, 7, 42));
            assertEquals(List.of(), seen);
        }
    }

    @Test
    void messageToTheKernel_isShown_asSuch() {
        try (NetlinkFixture net =
                        NetlinkFixture.boot(
                                KernelConfig.simulated(1), setup -> setup.input(skb -> {}));
                NetlinkSocket socket = net.open()) {
            net.netlink.addTap(tap);
            socket.sendTo(new byte[] {5, 0, 0}, new NetlinkAddress(0, 0));
            assertEquals(List.of("kernel 17 3x5"), seen);
        }
    }

    @Test
    void removedTap_isShownNothing_theOtherEverything() {
        List<Integer> lengths = new ArrayList<>();
        NetlinkTap other = (timeNs, protocol, toKernel, message) -> lengths.add(message.length);
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket one = net.member(1, 1)) {
            net.netlink.addTap(tap);
            net.netlink.addTap(other);
            assertEquals(10, net.unicast(10, 7, 1));
            net.netlink.removeTap(tap);
            assertEquals(11, net.unicast(11, 7, 1));
            net.netlink.removeTap(other);
            net.netlink.removeTap(other);
            assertEquals(12, net.unicast(12, 7, 1));
            assertEquals(List.of("user 17 10x7"), seen);
            assertEquals(List.of(10, 11), lengths);
            assertEquals(7, next(one));
        }
    }

    @Test
    void answer_isNeverShownBeforeTheQuestion() {
        for (int seed = 0; seed < 100; seed++) {
            seen.clear();
            try (NetlinkFixture net = NetlinkFixture.boot(KernelConfig.simulated(seed).cpus(2))) {
                net.netlink.addTap(tap);
                UserProcess asked =
                        net.kernel.spawn(
                                "asked",
                                self -> {
                                    try (NetlinkSocket socket = net.open(self)) {
                                        socket.bind(1, 0);
                                        socket.receive(100);
                                        socket.sendTo(new byte[] {2}, new NetlinkAddress(2, 0));
                                    }
                                });
                net.kernel.runFor(Duration.ofMillis(1));
                UserProcess asker =
                        net.kernel.spawn(
                                "asker",
                                self -> {
                                    try (NetlinkSocket socket = net.open(self)) {
                                        socket.bind(2, 0);
                                        socket.sendTo(new byte[] {1}, new NetlinkAddress(1, 0));
                                        socket.receive(100);
                                    }
                                });
                net.kernel.join(asked);
                net.kernel.join(asker);
            }
            assertEquals(List.of("user 17 1x1", "user 17 1x2"), seen, "seed " + seed);
        }
    }
}
