package org.vkernel.netlink.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.module.ModuleRef;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.NlmFlag;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.abi.SkMeminfo;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlAttr;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.NlMsgErr;

/** Dumps: their parts, their ends, and what goes wrong between. */
class NetlinkDumpTest {
    private static final int TYPE = 20;

    private int entries = 10;
    private int entryBytes = 1000;
    private int result;
    private int doneCalls;
    private int references;
    private @Nullable ToIntFunction<NetlinkDump> start;
    private int changeAt = -1;
    private @Nullable String last;

    private final ModuleRef module =
            new ModuleRef() {
                @Override
                public boolean tryGet() {
                    references++;
                    return true;
                }

                @Override
                public void put() {
                    references--;
                }
            };

    /** Puts as many numbered entries as fit; the last one's return value is {@code result}. */
    private int fill(SkBuff skb, NetlinkDump dump) {
        long[] args = dump.args();
        dump.setSeq(args[0] >= changeAt && changeAt >= 0 ? 2 : 1);
        while (args[0] < entries) {
            byte[] payload = new byte[entryBytes];
            payload[0] = (byte) args[0];
            if (!dump.put(skb, TYPE, 0, payload)) {
                return skb.len();
            }
            args[0]++;
        }
        if (last != null) {
            dump.extack().setMessage(last);
        }
        return result;
    }

    private NetlinkFixture boot() {
        NetlinkFixture[] net = new NetlinkFixture[1];
        Consumer<NetlinkDump> done = dump -> doneCalls++;
        net[0] =
                NetlinkFixture.boot(
                        KernelConfig.simulated(1),
                        c ->
                                c.input(skb ->
                                        net[0].netlink
                                                .requests()
                                                .receive(
                                                        skb,
                                                        (buffer, request, extack) ->
                                                                net[0].netlink
                                                                        .dumps()
                                                                        .start(
                                                                                net[0].kernelSocket,
                                                                                buffer,
                                                                                request,
                                                                                control(done)))));
        return net[0];
    }

    private NetlinkDump.Control control(Consumer<NetlinkDump> done) {
        return new NetlinkDump.Control(this::fill, start, done, null, module, 0);
    }

    private static void ask(NetlinkSocket socket, int seq) {
        byte[] request =
                NlMsg.builder()
                        .type(TYPE)
                        .flags(NlmFlag.NLM_F_REQUEST | NlmFlag.NLM_F_DUMP | NlmFlag.NLM_F_ACK)
                        .seq(seq)
                        .build()
                        .toByteArray();
        assertEquals(request.length, socket.sendTo(request, NetlinkAddress.KERNEL));
    }

    /** Reads until DONE; all messages. */
    private static List<NlMsg> readAll(NetlinkSocket socket, int buffer) {
        List<NlMsg> all = new ArrayList<>();
        for (; ; ) {
            byte[] part = socket.receive(buffer, MsgFlag.MSG_DONTWAIT);
            all.addAll(NlMsg.parseAll(part));
            if (all.getLast().type() != TYPE) {
                return all;
            }
        }
    }

    private static int rmem(NetlinkSocket socket) {
        return socket.getsockoptWords(
                        SocketOption.SOL_SOCKET,
                        SocketOption.SO_MEMINFO,
                        SkMeminfo.SK_MEMINFO_VARS)[SkMeminfo.SK_MEMINFO_RMEM_ALLOC];
    }

    @Test
    void dump_inSeveralParts_endsWithOneDone() {
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            socket.bind(50, 0);
            ask(socket, 77);
            assertEquals(0, doneCalls);
            assertEquals(1, references);
            List<NlMsg> all = readAll(socket, 8192);
            assertEquals(entries + 1, all.size());
            for (int i = 0; i < entries; i++) {
                assertEquals(NlmFlag.NLM_F_MULTI, all.get(i).flags());
                assertEquals(77, all.get(i).seq());
                assertEquals(50, all.get(i).pid());
                assertEquals(i, all.get(i).payload().u8(0));
            }
            assertEquals(NlmsgType.NLMSG_DONE, all.getLast().type());
            assertEquals(NlmFlag.NLM_F_MULTI, all.getLast().flags());
            assertEquals(0, all.getLast().payload().u32(0));
            assertEquals(1, doneCalls);
            assertEquals(0, references);
            assertEquals(-Errno.EAGAIN, NetlinkFixture.next(socket));
            assertEquals(0, rmem(socket));
            assertEquals(0, net.netlink.counts().queued());
        }
    }

    @Test
    void part_isNoLargerThanAskedFor_thoughItsMemoryIs() {
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            entries = 100;
            ask(socket, 1);
            byte[] part = socket.receive(20_000, MsgFlag.MSG_DONTWAIT);
            assertEquals(3 * 1016, part.length, "3776 bytes hold three entries");
            part = socket.receive(20_000, MsgFlag.MSG_DONTWAIT);
            assertEquals(19 * 1016, part.length, "as much as the buffer of the recv before");
            for (int i = 0; i < 2; i++) {
                part = socket.receive(100_000, MsgFlag.MSG_DONTWAIT);
            }
            assertEquals((32_768 - 320) / 1016 * 1016, part.length, "never more than 32 KiB");
        }
    }

    @Test
    void errorAtTheEnd_isTheNumberOfDone() {
        result = -Errno.ENODEV;
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            ask(socket, 1);
            assertEquals(-Errno.ENODEV, readAll(socket, 8192).getLast().payload().u32(0));
            assertEquals(1, doneCalls);
        }
    }

    @Test
    void lastPartFull_doneComesAlone() {
        entries = 4;
        entryBytes = 3776 / 4 - 16;
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            ask(socket, 1);
            assertEquals(0, doneCalls, "no room for the end");
            assertEquals(3776, socket.receive(8192, MsgFlag.MSG_DONTWAIT).length);
            List<NlMsg> rest = readAll(socket, 8192);
            assertEquals(1, rest.size());
            assertEquals(NlmsgType.NLMSG_DONE, rest.getFirst().type());
            assertEquals(1, doneCalls);
        }
    }

    @Test
    void extAck_message_isToldWithDone() {
        last = "that is all";
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            ask(socket, 1);
            NlMsg plain = readAll(socket, 8192).getLast();
            assertEquals(4, plain.payload().length());
            socket.setsockopt(NetlinkOption.SOL_NETLINK, NetlinkOption.NETLINK_EXT_ACK, 1);
            ask(socket, 2);
            NlMsg done = readAll(socket, 8192).getLast();
            assertEquals(NlmFlag.NLM_F_MULTI | NlmFlag.NLM_F_ACK_TLVS, done.flags());
            NlAttr told = NlAttr.parseAll(done.payload().slice(4)).getFirst();
            assertEquals("that is all", told.string());
        }
    }

    @Test
    void dataChangedBetweenParts_isMarked() {
        changeAt = 3;
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            ask(socket, 1);
            List<NlMsg> all = readAll(socket, 8192);
            for (int i = 0; i < all.size(); i++) {
                assertEquals(
                        i == 3, (all.get(i).flags() & NlmFlag.NLM_F_DUMP_INTR) != 0, "at " + i);
            }
        }
    }

    @Test
    void secondDumpWhileOneRuns_isEbusy() {
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            ask(socket, 1);
            ask(socket, 2);
            byte[] first = socket.receive(8192, MsgFlag.MSG_DONTWAIT);
            assertEquals(1, NlMsg.parse(first).seq());
            NlMsgErr refused =
                    NlMsgErr.parse(NlMsg.parse(socket.receive(8192, MsgFlag.MSG_DONTWAIT)));
            assertEquals(-Errno.EBUSY, refused.error());
            assertEquals(entries - 3 + 1, readAll(socket, 8192).size());
            assertEquals(0, references);
        }
    }

    @Test
    void startRefuses_itsErrorIsAnswered_andNothingStays() {
        start = dump -> -Errno.EPERM;
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            ask(socket, 1);
            NlMsgErr refused =
                    NlMsgErr.parse(NlMsg.parse(socket.receive(8192, MsgFlag.MSG_DONTWAIT)));
            assertEquals(-Errno.EPERM, refused.error());
            assertEquals(0, doneCalls);
            assertEquals(0, references);
            start = null;
            ask(socket, 2);
            assertEquals(entries + 1, readAll(socket, 8192).size());
        }
    }

    @Test
    void closeInTheMiddle_doneIsCalledOnce_andAllIsFreed() {
        try (NetlinkFixture net = boot()) {
            NetlinkSocket socket = net.open();
            ask(socket, 1);
            assertTrue(net.kernel.readProc("/proc/net/netlink").contains("1     2   "));
            socket.close();
            assertEquals(1, doneCalls);
            assertEquals(0, references);
            net.kernel.run(() -> net.kernel.rcu().barrier());
            assertEquals(0, net.kernel.skbs().live());
        }
    }

    @Test
    void firstPartFails_errorIsAnswered_butTheDumpGoesOnAtTheNextRecv() {
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            socket.bind(1, 0);
            int[] asked = {0};
            net.kernel.mm().setFaults(SlabFaults.when((cache, bytes, gfp) -> ++asked[0] == 3));
            ask(socket, 1);
            net.kernel.mm().setFaults(null);
            List<NlMsg> all = readAll(socket, 8192);
            assertEquals(NlmsgType.NLMSG_ERROR, all.getFirst().type());
            assertEquals(-Errno.ENOBUFS, NlMsgErr.parse(all.getFirst()).error());
            assertEquals(entries + 1, readAll(socket, 8192).size(), "as Linux has it");
        }
    }

    @Test
    void laterPartFails_isThePendingErrorOfTheAsker() {
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open()) {
            ask(socket, 1);
            net.kernel.mm().setFaults(SlabFaults.when((cache, bytes, gfp) -> true));
            assertEquals(3 * 1016, socket.receive(8192, MsgFlag.MSG_DONTWAIT).length);
            net.kernel.mm().setFaults(null);
            assertEquals(-Errno.ENOBUFS, NetlinkFixture.next(socket));
            assertEquals(-Errno.EAGAIN, NetlinkFixture.next(socket));
        }
    }

    @Test
    void slowReader_partsWaitUntilHalfTheBufferIsFree() {
        try (NetlinkFixture net = boot();
                NetlinkSocket socket = net.open();
                NetlinkSocket other = net.open()) {
            socket.bind(5, 0);
            socket.setReceiveBuffer(5000);
            byte[] filler = new byte[1500];
            assertEquals(1500, other.sendTo(filler, new NetlinkAddress(5, 0)));
            ask(socket, 1);
            assertEquals(2304 + 4352, rmem(socket));
            assertEquals(Optional.of(0), firstByte(socket), "the filler");
            assertEquals(4352, rmem(socket), "half of 10000 is free: a further part is there");
        }
    }

    private static Optional<Integer> firstByte(NetlinkSocket socket) {
        return Optional.of(NetlinkFixture.next(socket)).filter(value -> value >= 0);
    }

    @Test
    void askerGone_isEconnrefused() {
        try (NetlinkFixture net = boot()) {
            net.kernel.run(() -> {
                SkBuff skb = net.message(16, 0);
                skb.setPortid(4711);
                assertEquals(
                        -Errno.ECONNREFUSED,
                        net.netlink
                                .dumps()
                                .start(
                                        net.kernelSocket,
                                        skb,
                                        NlMsg.builder().type(TYPE).build(),
                                        NetlinkDump.Control.of((part, dump) -> 0)));
                assertFalse(skb.isShared());
                skb.consume();
            });
            assertEquals(0, net.netlink.counts().sent());
        }
    }
}
