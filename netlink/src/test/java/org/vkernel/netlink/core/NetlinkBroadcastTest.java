package org.vkernel.netlink.core;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.vkernel.netlink.core.NetlinkFixture.next;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.SkMeminfo;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.user.NetlinkSocket;

/** Multicasts of the kernel, whose sender is told what became of them. */
class NetlinkBroadcastTest {
    private static int rmem(NetlinkSocket socket) {
        return meminfo(socket, SkMeminfo.SK_MEMINFO_RMEM_ALLOC);
    }

    private static int drops(NetlinkSocket socket) {
        return meminfo(socket, SkMeminfo.SK_MEMINFO_DROPS);
    }

    private static int meminfo(NetlinkSocket socket, int index) {
        return socket.getsockoptWords(
                        SocketOption.SOL_SOCKET,
                        SocketOption.SO_MEMINFO,
                        SkMeminfo.SK_MEMINFO_VARS)[index];
    }

    /** Makes the receive buffer as small as can be, and fills it. */
    private static void fill(NetlinkFixture net, NetlinkSocket socket, int portid) {
        socket.setReceiveBuffer(0);
        while (net.unicast(100, 99, portid) > 0) {
            // until it is full
        }
        assertEquals(-Errno.ENOBUFS, next(socket));
        socket.setsockopt(
                NetlinkOption.SOL_NETLINK, NetlinkOption.NETLINK_NO_ENOBUFS, 1); // not congested
        socket.setsockopt(NetlinkOption.SOL_NETLINK, NetlinkOption.NETLINK_NO_ENOBUFS, 0);
    }

    @Test
    void noMember_isEsrch() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket other = net.member(1, 2)) {
            assertEquals(-Errno.ESRCH, net.broadcast(10, 1, 0, 1));
            assertEquals(-Errno.EAGAIN, next(other));
            assertEquals(new MessageCounts(0, 0, 0, 0), net.netlink.counts());
        }
    }

    @Test
    void members_allGetIt_butTheExcludedPortid() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket one = net.member(1, 1);
                NetlinkSocket two = net.member(2, 1);
                NetlinkSocket three = net.member(3, 1)) {
            assertEquals(0, net.broadcast(10, 7, 2, 1));
            assertEquals(7, next(one));
            assertEquals(-Errno.EAGAIN, next(two));
            assertEquals(7, next(three));
            assertEquals(new MessageCounts(2, 2, 0, 0), net.netlink.counts());
        }
    }

    @Test
    void memberFull_setsEnobufsAndCountsDrop_othersGetIt() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket full = net.member(1, 1);
                NetlinkSocket empty = net.member(2, 1)) {
            fill(net, full, 1);
            int drops = drops(full);
            assertEquals(0, net.broadcast(100, 7, 0, 1));
            assertEquals(drops + 1, drops(full));
            assertEquals(-Errno.ENOBUFS, next(full));
            assertEquals(7, next(empty));
        }
    }

    @Test
    void allFull_isEsrch_andEnobufsWhereOneWantsSendersToKnow() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket full = net.member(1, 1)) {
            fill(net, full, 1);
            assertEquals(-Errno.ESRCH, net.broadcast(100, 7, 0, 1));
            full.setsockopt(NetlinkOption.SOL_NETLINK, NetlinkOption.NETLINK_BROADCAST_ERROR, 1);
            assertEquals(-Errno.ENOBUFS, net.broadcast(100, 7, 0, 1));
            try (NetlinkSocket empty = net.member(2, 1)) {
                assertEquals(-Errno.ENOBUFS, net.broadcast(100, 8, 0, 1));
                assertEquals(8, next(empty));
            }
        }
    }

    @Test
    void members_newestIsServedFirst_withTheMessageItself_othersWithClones() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket one = net.member(1, 1);
                NetlinkSocket two = net.member(2, 1);
                NetlinkSocket three = net.member(3, 1)) {
            List<Integer> served = new ArrayList<>();
            List<SkBuff> copies = new ArrayList<>();
            net.kernel.run(() -> {
                SkBuff message = net.message(10, 7);
                assertEquals(
                        0,
                        net.netlink.broadcastFiltered(
                                net.kernelSocket,
                                message.get(),
                                0,
                                1,
                                GfpMask.KERNEL,
                                (sk, skb, data) -> {
                                    served.add(sk.portid());
                                    copies.add(skb);
                                    return false;
                                },
                                null));
                assertEquals(1, message.users(), "all are clones: the test holds the message");
                message.consume();
                copies.clear();
                SkBuff own = net.message(10, 8);
                net.netlink.broadcastFiltered(
                        net.kernelSocket,
                        own,
                        0,
                        1,
                        GfpMask.KERNEL,
                        (sk, skb, data) -> {
                            copies.add(skb);
                            return false;
                        },
                        null);
                assertSame(own, copies.getFirst());
            });
            assertEquals(List.of(3, 2, 1), served);
            for (NetlinkSocket socket : new NetlinkSocket[] {one, two, three}) {
                assertEquals(832 * 2, rmem(socket), "each is charged the whole");
                assertEquals(7, next(socket));
                assertEquals(8, next(socket));
                assertEquals(0, rmem(socket));
            }
        }
    }

    @Test
    void txFilter_takesMembersOut_andGetsItsData() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket one = net.member(1, 1);
                NetlinkSocket two = net.member(2, 1)) {
            int result =
                    net.kernel.call(() ->
                            net.netlink.broadcastFiltered(
                                    net.kernelSocket,
                                    net.message(10, 7),
                                    0,
                                    1,
                                    GfpMask.KERNEL,
                                    (sk, skb, data) -> sk.portid() == (int) requireNonNull(data),
                                    2));
            assertEquals(0, result);
            assertEquals(7, next(one));
            assertEquals(-Errno.EAGAIN, next(two));
            assertEquals(0, drops(two));
            assertEquals(new MessageCounts(2, 1, 1, 0), net.netlink.counts());
        }
    }

    @Test
    void socketFilter_cutsAndDrops() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket cut = net.member(1, 1);
                NetlinkSocket none = net.member(2, 1)) {
            cut.provider().attachFilter(cut.fd(), 4);
            none.provider().attachFilter(none.fd(), 0);
            assertEquals(0, net.broadcast(10, 7, 0, 1));
            assertEquals(4, cut.receive(100).length);
            assertEquals(-Errno.EAGAIN, next(none));
        }
    }

    @Test
    void cloneFails_thatMemberAndAllAfterItLoseTheMessage() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket one = net.member(1, 1);
                NetlinkSocket two = net.member(2, 1);
                NetlinkSocket three = net.member(3, 1)) {
            SkBuff message = net.kernel.call(() -> net.message(10, 7));
            net.kernel.mm().setFaults(SlabFaults.when((cache, bytes, gfp) -> true));
            int result =
                    net.kernel.call(() ->
                            net.netlink.broadcast(net.kernelSocket, message, 0, 1, GfpMask.ATOMIC));
            net.kernel.mm().setFaults(null);
            assertEquals(0, result);
            assertEquals(7, next(three));
            assertEquals(-Errno.ENOBUFS, next(two));
            assertEquals(-Errno.ENOBUFS, next(one));
            assertEquals(new MessageCounts(3, 1, 2, 0), net.netlink.counts());
        }
    }

    @Test
    void refusedCopy_isOfferedToTheNext_withoutANewClone() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket last = net.member(1, 1);
                NetlinkSocket full = net.member(2, 1)) {
            fill(net, full, 2);
            int[] allocations = {0};
            SkBuff message = net.kernel.call(() -> net.message(100, 7).get());
            net.kernel
                    .mm()
                    .setFaults(
                            SlabFaults.when((cache, bytes, gfp) -> {
                                allocations[0]++;
                                return false;
                            }));
            assertEquals(
                    0,
                    net.kernel.call(() ->
                            net.netlink.broadcast(
                                    net.kernelSocket, message, 0, 1, GfpMask.KERNEL)));
            net.kernel.mm().setFaults(null);
            assertEquals(1, allocations[0]);
            assertEquals(7, next(last));
            net.kernel.run(message::consume);
        }
    }

    @Test
    void setError_isPendingOnce_andCountsThoseWhoDoNotWantToKnow() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket one = net.member(1, 1);
                NetlinkSocket two = net.member(2, 1)) {
            two.setsockopt(NetlinkOption.SOL_NETLINK, NetlinkOption.NETLINK_NO_ENOBUFS, 1);
            assertEquals(
                    1,
                    net.kernel.call(
                            () -> net.netlink.setError(net.kernelSocket, 0, 1, Errno.ENOBUFS)));
            assertEquals(-Errno.ENOBUFS, next(one));
            assertEquals(-Errno.EAGAIN, next(one));
            assertEquals(-Errno.EAGAIN, next(two));
            assertEquals(
                    0,
                    net.kernel.call(
                            () -> net.netlink.setError(net.kernelSocket, 1, 1, Errno.EPROTO)));
            assertEquals(-Errno.EAGAIN, next(one));
            assertEquals(-Errno.EPROTO, next(two));
        }
    }

    @Test
    void congested_dropsUntilReadEmpty_evenWithRoom() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket socket = net.member(1, 1)) {
            socket.setReceiveBuffer(0);
            assertEquals(0, net.broadcast(700, 1, 0, 1));
            assertEquals(-Errno.ESRCH, net.broadcast(700, 2, 0, 1));
            assertEquals(-Errno.ENOBUFS, next(socket));
            assertEquals(-Errno.ESRCH, net.broadcast(10, 3, 0, 1), "1280 + 832 <= 2304");
            assertEquals(1, next(socket));
            assertEquals(0, net.broadcast(10, 4, 0, 1));
            assertEquals(4, next(socket));
            assertEquals(2, drops(socket));
        }
    }

    @Test
    void peek_leavesMessageAndCharge() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket socket = net.member(1, 1)) {
            assertEquals(0, net.broadcast(10, 7, 0, 1));
            for (int i = 0; i < 3; i++) {
                assertEquals(10, socket.receive(100, MsgFlag.MSG_PEEK).length);
                assertEquals(832, rmem(socket));
            }
            assertEquals(7, next(socket));
            assertEquals(0, rmem(socket));
            assertEquals(new MessageCounts(1, 1, 0, 0), net.netlink.counts());
        }
    }

    @Test
    void closeWithQueuedMessages_countsThemUnread_andFreesAll() {
        try (NetlinkFixture net = NetlinkFixture.boot()) {
            NetlinkSocket socket = net.member(1, 1);
            for (int i = 0; i < 5; i++) {
                assertEquals(0, net.broadcast(10, i, 0, 1));
            }
            assertEquals(0, next(socket));
            assertEquals(4, net.netlink.counts().queued());
            socket.close();
            net.kernel.run(() -> net.kernel.rcu().barrier());
            assertEquals(new MessageCounts(5, 1, 0, 4), net.netlink.counts());
            assertEquals(0, net.kernel.skbs().live());
        }
    }

    @Test
    void largelyUnusedMemory_isTrimmedBeforeDelivery() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket socket = net.member(1, 1)) {
            net.kernel.run(() -> {
                SkBuff roomy = requireNonNull(net.kernel.skbs().alloc(3776, GfpMask.KERNEL));
                assertEquals(4352, roomy.truesize());
                roomy.putData(new byte[] {7}, 0, 1);
                net.netlink.broadcast(net.kernelSocket, roomy, 0, 1, GfpMask.KERNEL);
            });
            assertEquals(832, rmem(socket));
            assertEquals(7, next(socket));
        }
    }
}
