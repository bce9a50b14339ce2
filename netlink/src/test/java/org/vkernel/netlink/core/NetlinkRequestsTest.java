package org.vkernel.netlink.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.NlmFlag;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.abi.NlmsgerrAttr;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.NlMsgErr;

/** Requests to a kernel's socket: which are handled, and how they are answered. */
class NetlinkRequestsTest {
    private static final int TYPE = 20;
    private static final int ASK = NlmFlag.NLM_F_REQUEST;
    private static final int ASK_ACK = NlmFlag.NLM_F_REQUEST | NlmFlag.NLM_F_ACK;

    private final List<Integer> handled = new ArrayList<>();

    /** A protocol whose requests are answered with the negative of their first payload byte. */
    private NetlinkFixture boot() {
        Netlink[] netlink = new Netlink[1];
        NetlinkFixture net =
                NetlinkFixture.boot(
                        KernelConfig.simulated(1),
                        c ->
                                c.input(skb ->
                                        netlink[0]
                                                .requests()
                                                .receive(
                                                        skb,
                                                        (buffer, request, extack) -> {
                                                            handled.add(request.seq());
                                                            extack.setMessage("as asked");
                                                            extack.setOffset(16);
                                                            extack.setMissing(9, null);
                                                            return -request.payload().u8(0);
                                                        })));
        netlink[0] = net.netlink;
        return net;
    }

    private static NlMsg request(int type, int flags, int seq, int error, int payload) {
        byte[] bytes = new byte[payload];
        bytes[0] = (byte) error;
        return NlMsg.builder().type(type).flags(flags).seq(seq).payload(bytes).build();
    }

    private static void send(NetlinkSocket socket, NlMsg... requests) {
        byte[] bytes = NlMsg.join(List.of(requests));
        assertEquals(bytes.length, socket.sendTo(bytes, NetlinkAddress.KERNEL));
    }

    private static NlMsgErr answer(NetlinkSocket socket) {
        return NlMsgErr.parse(NlMsg.parse(socket.receive(8192, MsgFlag.MSG_DONTWAIT)));
    }

    private static void set(NetlinkSocket socket, int option) {
        socket.setsockopt(NetlinkOption.SOL_NETLINK, option, 1);
    }

    @Test
    void request_successWithoutAck_isNotAnswered() {
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            send(socket, request(TYPE, ASK, 1, 0, 4));
            assertEquals(List.of(1), handled);
            assertEquals(-Errno.EAGAIN, NetlinkFixture.next(socket));
        }
    }

    @Test
    void request_ack_isAnsweredWithTheHeaderOnly() {
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            socket.bind(99, 0);
            send(socket, request(TYPE, ASK_ACK, 7, 0, 40));
            NlMsg answer = NlMsg.parse(socket.receive(8192, MsgFlag.MSG_DONTWAIT));
            assertEquals(NlmsgType.NLMSG_ERROR, answer.type());
            assertEquals(NlmFlag.NLM_F_CAPPED, answer.flags());
            assertEquals(7, answer.seq());
            assertEquals(99, answer.pid());
            assertEquals(36, answer.len());
            assertEquals(0, NlMsgErr.parse(answer).error());
        }
    }

    @Test
    void request_error_isAnsweredWithTheWholeRequest_unlessCapped() {
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            NlMsg request = request(TYPE, ASK, 7, Errno.EPERM, 40);
            send(socket, request);
            NlMsgErr whole = answer(socket);
            assertEquals(-Errno.EPERM, whole.error());
            assertEquals(Optional.of(request), whole.request());
            set(socket, NetlinkOption.NETLINK_CAP_ACK);
            send(socket, request);
            NlMsgErr capped = answer(socket);
            assertEquals(-Errno.EPERM, capped.error());
            assertEquals(Optional.empty(), capped.request());
            assertEquals(56, capped.requestLen());
        }
    }

    @Test
    void extAck_on_tellsMore_someForErrorsOnly() {
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            set(socket, NetlinkOption.NETLINK_EXT_ACK);
            send(socket, request(TYPE, ASK_ACK, 1, 0, 4));
            NlMsgErr success = answer(socket);
            assertEquals(Optional.of("as asked"), success.message());
            assertEquals(1, success.attributes().size());
            send(socket, request(TYPE, ASK, 2, Errno.EINVAL, 4));
            NlMsgErr error = answer(socket);
            assertEquals(Optional.of("as asked"), error.message());
            assertEquals(16, error.attribute(NlmsgerrAttr.NLMSGERR_ATTR_OFFS).orElseThrow().u32());
            assertEquals(
                    9, error.attribute(NlmsgerrAttr.NLMSGERR_ATTR_MISS_TYPE).orElseThrow().u32());
        }
    }

    @Test
    void controlTypesAndNonRequests_areNotHandledButAcknowledged() {
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            send(
                    socket,
                    request(NlmsgType.NLMSG_NOOP, ASK_ACK, 1, Errno.EPERM, 4),
                    request(TYPE, NlmFlag.NLM_F_ACK, 2, Errno.EPERM, 4),
                    request(TYPE, 0, 3, Errno.EPERM, 4));
            assertEquals(List.of(), handled);
            assertEquals(0, answer(socket).error());
            assertEquals(2, answer(socket).requestSeq());
            assertEquals(-Errno.EAGAIN, NetlinkFixture.next(socket));
        }
    }

    @Test
    void severalRequestsInOneSend_allAreHandled_upToTheFirstBrokenOne() {
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            byte[] broken =
                    NlMsg.builder()
                            .type(TYPE)
                            .flags(ASK_ACK)
                            .seq(3)
                            .payload(new byte[4])
                            .claimLen(400)
                            .toByteArray();
            byte[] good =
                    NlMsg.join(List.of(request(TYPE, ASK, 1, 0, 5), request(TYPE, ASK, 2, 0, 4)));
            byte[] all = Arrays.copyOf(good, good.length + broken.length);
            System.arraycopy(broken, 0, all, good.length, broken.length);
            assertEquals(all.length, socket.sendTo(all, NetlinkAddress.KERNEL));
            assertEquals(List.of(1, 2), handled);
            assertEquals(-Errno.EAGAIN, NetlinkFixture.next(socket));
        }
    }

    @Test
    void answer_noMemory_isEnobufsOfTheAsker() {
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            socket.bind(1, 0);
            int[] asked = {0};
            net.kernel.mm().setFaults(SlabFaults.when((cache, bytes, gfp) -> ++asked[0] == 3));
            send(socket, request(TYPE, ASK_ACK, 1, 0, 4));
            net.kernel.mm().setFaults(null);
            assertEquals(-Errno.ENOBUFS, NetlinkFixture.next(socket));
        }
    }

    @Test
    void notify_goesToTheGroupAndToWhoAsked_once() {
        try (NetlinkFixture net = boot();
                NetlinkSocket asker = net.member(1, 3);
                NetlinkSocket other = net.member(2, 3)) {
            assertEquals(0, notify(net, 1, 3, true));
            assertEquals(5, NetlinkFixture.next(asker));
            assertEquals(-Errno.EAGAIN, NetlinkFixture.next(asker));
            assertEquals(5, NetlinkFixture.next(other));
            assertEquals(0, notify(net, 0, 4, false), "nobody listens: no error");
            assertEquals(-Errno.ECONNREFUSED, notify(net, 77, 0, true));
            assertTrue(net.netlink.counts().queued() == 0);
        }
    }

    private static int notify(NetlinkFixture net, int portid, int group, boolean report) {
        return net.kernel.call(() ->
                net.netlink
                        .requests()
                        .notify(
                                net.kernelSocket,
                                net.message(20, 5),
                                portid,
                                group,
                                report,
                                GfpMask.KERNEL));
    }
}
