package org.vkernel.testmodules.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.statistics.Statistics;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.emulator.mm.FaultPlan;
import org.vkernel.emulator.mm.FaultRule;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * For random sizes of memory, traffic and faults: each message arrives, or its loss is seen where
 * Linux shows it, which is the sender's errno, or {@code ENOBUFS} and the drop counter of the
 * receiver. Only what the queued era loses without a word is counted by the trace alone. And all
 * memory comes back.
 *
 * <p>The number folds in everything: the kernel's version, its memory, the plan, and each step.
 */
class LossProperties {
    private static final CbId ID = CbId.of(14, 1);
    private static final int MANY = 120;

    /** A socket, what it must get, and what it got. */
    private static final class Receiver {
        private final NetlinkSocket socket;
        private final int portid;
        private final byte[] buffer = new byte[1 << 16];
        private int due;
        private int received;
        private int enobufs;

        Receiver(VirtualKernel kernel, int protocol, int portid, int group) {
            this.socket = NetlinkSocket.open(kernel.init(), SocketType.SOCK_DGRAM, protocol);
            this.portid = portid;
            socket.bind(portid, group == 0 ? 0 : NetlinkSocket.groups(group));
        }

        void drain() {
            for (int length = 0; length != -Errno.EAGAIN; ) {
                length = socket.tryReceive(buffer, 0, buffer.length, MsgFlag.MSG_DONTWAIT);
                if (length >= 0) {
                    received++;
                } else if (length == -Errno.ENOBUFS) {
                    enobufs++;
                } else {
                    assertEquals(-Errno.EAGAIN, length);
                }
            }
        }

        int drops(VirtualKernel kernel) {
            for (String line : kernel.readProc("/proc/net/netlink").lines().skip(1).toList()) {
                List<String> words = Splitter.on(' ').omitEmptyStrings().splitToList(line);
                if (words.get(2).equals(Integer.toString(portid))) {
                    return Integer.parseInt(words.get(8));
                }
            }
            throw new AssertionError("port " + portid + " is not listed");
        }

        int check(VirtualKernel kernel, String which) {
            drain();
            int lost = due - received;
            int drops = drops(kernel);
            String all =
                    which + ": " + due + " due, " + received + " received, " + drops + " drops";
            assertTrue(lost >= 0, all);
            assertTrue(lost <= drops, all);
            assertTrue(lost == 0 || enobufs > 0, all + " and no ENOBUFS");
            socket.close();
            return lost;
        }
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void message_arrivesOrItsLossIsSeen(@ForAll long number) {
        Lost lost = run(number);
        Statistics.label("lost")
                .collect(lost.seen > 0)
                .coverage(all -> all.check(true).percentage(percent -> percent > 10));
        Statistics.label("lost without a word").collect(lost.hidden > 0);
    }

    /** An area of vmalloc() bears the number of a block that was freed. */
    @Example
    void area_withTheNumberOfAFreedBlock_isFreedOnce() {
        assertTrue(run(695461).seen > 0);
    }

    /** How many messages did not arrive: those whose loss was seen, and those whose was not. */
    private record Lost(int seen, long hidden) {}

    private static Lost run(long number) {
        SplitMix random = new SplitMix(number);
        List<Profile> profiles = List.copyOf(Profile.all());
        long[] hidden = {0};
        Map<Integer, Integer> called = new HashMap<>();
        KernelConfig config =
                KernelConfig.simulated(random.nextLong())
                        .profile(profiles.get(random.nextInt(profiles.size())))
                        .memory((1L << 20) + 4096L * random.nextInt(2048))
                        .trace(event -> {
                            if (event.kind().name().equals("cn_message_lost")) {
                                hidden[0]++;
                            }
                        });
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            int before = freePages(kernel);
            kernel.insmod(ConnectorModule.class);
            Connector connector = kernel.use(Connector.class);
            int added =
                    kernel.call(() ->
                            connector.addCallback(
                                    ID, "x", (m, s) -> called.merge(m.seq(), 1, Integer::sum)));
            assertEquals(0, added);
            int[] lost = {0};
            int sentToKernel = traffic(kernel, connector, random, lost);
            kernel.runFor(Duration.ofMillis(50));
            assertEquals(sentToKernel, called.size() + hidden[0], "messages to the callback");
            assertTrue(called.values().stream().allMatch(times -> times == 1), "none twice");
            kernel.run(() -> connector.delCallback(ID));
            kernel.rmmod("cn");
            assertEquals(before, freePages(kernel), "free pages");
            return new Lost(lost[0], hidden[0]);
        }
    }

    /** Sends at random; how many messages to the callback were taken. */
    private static int traffic(
            VirtualKernel kernel, Connector connector, SplitMix random, int[] lost) {
        Receiver one = new Receiver(kernel, NetlinkProtocol.NETLINK_USERSOCK, 101, 1);
        Receiver two = new Receiver(kernel, NetlinkProtocol.NETLINK_USERSOCK, 102, 0);
        Receiver member = new Receiver(kernel, NetlinkProtocol.NETLINK_CONNECTOR, 103, ID.idx());
        Receiver other = new Receiver(kernel, NetlinkProtocol.NETLINK_CONNECTOR, 104, ID.idx());
        int taken = 0;
        kernel.faults().set(plan(random));
        for (int step = 0; step < MANY; step++) {
            byte[] bytes = new byte[16 + random.nextInt(random.nextInt(4) == 0 ? 20_000 : 600)];
            switch (random.nextInt(6)) {
                case 0 -> one.due += arrives(send(two, bytes, new NetlinkAddress(101, 0)));
                case 1 -> {
                    // The group's members first, then the port, whose errno is the answer.
                    int sent = send(member, bytes, new NetlinkAddress(104, 0));
                    other.due += arrives(sent);
                }
                case 2 -> {
                    int group = NetlinkSocket.groups(1);
                    int sent = send(two, bytes, new NetlinkAddress(102, group));
                    if (sent != -Errno.ENOBUFS && sent != -Errno.EMSGSIZE) {
                        one.due++;
                        two.due += arrives(sent);
                    }
                }
                case 3 -> {
                    CnMsg message = CnMsg.builder(ID).seq(step).build();
                    byte[] request = message.toNlMsg(0).toByteArray();
                    taken += arrives(send(member, request, NetlinkAddress.KERNEL));
                }
                case 4 -> {
                    CnMsg message =
                            CnMsg.builder(ID).seq(step).data(new byte[random.nextInt(900)]).build();
                    int sent =
                            kernel.call(() -> connector.netlinkSend(message, 0, 0, GfpMask.ATOMIC));
                    // With ESRCH everybody lost it, and was told.
                    if (sent == 0 || sent == -Errno.ESRCH) {
                        member.due++;
                        other.due++;
                    }
                }
                default -> (random.nextInt(2) == 0 ? one : member).drain();
            }
        }
        kernel.faults().set(FaultPlan.NONE);
        lost[0] =
                one.check(kernel, "one")
                        + two.check(kernel, "two")
                        + member.check(kernel, "member")
                        + other.check(kernel, "other");
        return taken;
    }

    private static int send(Receiver from, byte[] bytes, NetlinkAddress to) {
        return from.socket.trySend(bytes, 0, bytes.length, MsgFlag.MSG_DONTWAIT, to);
    }

    private static int arrives(int sent) {
        return sent >= 0 ? 1 : 0;
    }

    private static FaultPlan plan(SplitMix random) {
        FaultRule slabs =
                FaultRule.failslab(random.nextInt(30))
                        .ignoreGfpWait(random.nextInt(2) == 0)
                        .interval(1 + random.nextInt(3))
                        .verbose(0);
        FaultRule pages =
                FaultRule.failPageAlloc(random.nextInt(30))
                        .ignoreGfpWait(random.nextInt(2) == 0)
                        .minOrder(random.nextInt(3))
                        .verbose(0);
        return FaultPlan.of(slabs, pages);
    }

    private static int freePages(VirtualKernel kernel) {
        return kernel.call(() -> {
            kernel.rcu().barrier();
            kernel.mm().shrinkAll();
            return kernel.mm().freePages();
        });
    }
}
