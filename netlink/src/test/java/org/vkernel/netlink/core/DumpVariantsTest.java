package org.vkernel.netlink.core;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.mm.FaultInjector;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.ModuleRef;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.testing.Director;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NlmFlag;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.NlMsgErr;

/**
 * Each historical bug of dumps and acknowledgements shows what it is known for where a kernel has
 * it, and does not where a kernel was booted as usual.
 */
class DumpVariantsTest {
    private static final int TYPE = 20;
    private static final int LARGE = 2048;

    private int entries = 10;
    private int entryBytes = 1000;
    private int doneCalls;
    private int references;
    private final List<Integer> results = new ArrayList<>();
    private @Nullable ToIntFunction<NetlinkDump> start;
    private Consumer<NetlinkDump> done = dump -> doneCalls++;

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

    private int fill(SkBuff skb, NetlinkDump dump) {
        long[] args = dump.args();
        while (args[0] < entries) {
            byte[] payload = new byte[entryBytes];
            payload[0] = (byte) args[0];
            if (!dump.put(skb, TYPE, 0, payload)) {
                return skb.len();
            }
            args[0]++;
        }
        return 0;
    }

    private static KernelConfig usual() {
        return KernelConfig.simulated(1).keepGoing(true);
    }

    private NetlinkFixture boot(KernelConfig config) {
        @Nullable NetlinkFixture[] net = new NetlinkFixture[1];
        NetlinkFixture made =
                NetlinkFixture.boot(config, setup -> setup.input(skb -> receive(net[0], skb)));
        net[0] = made;
        return made;
    }

    private void receive(@Nullable NetlinkFixture fixture, SkBuff skb) {
        NetlinkFixture net = requireNonNull(fixture);
        NetlinkDump.Control control =
                new NetlinkDump.Control(this::fill, start, done, null, module, 0);
        net.netlink
                .requests()
                .receive(
                        skb,
                        (buffer, request, extack) -> {
                            int result =
                                    net.netlink
                                            .dumps()
                                            .start(net.kernelSocket, buffer, request, control);
                            results.add(result);
                            return result;
                        });
    }

    private static void ask(NetlinkSocket socket) {
        byte[] request =
                NlMsg.builder()
                        .type(TYPE)
                        .flags(NlmFlag.NLM_F_REQUEST | NlmFlag.NLM_F_DUMP | NlmFlag.NLM_F_ACK)
                        .seq(7)
                        .build()
                        .toByteArray();
        assertEquals(request.length, socket.sendTo(request, NetlinkAddress.KERNEL));
    }

    /** What there is to read, an errno for a recv that fails, until there is no more. */
    private static List<String> readAll(NetlinkSocket socket) {
        List<String> all = new ArrayList<>();
        byte[] buffer = new byte[8192];
        for (int i = 0; i < 30; i++) {
            int length = socket.tryReceive(buffer, 0, buffer.length, MsgFlag.MSG_DONTWAIT);
            if (length == -Errno.EAGAIN) {
                break;
            }
            if (length < 0) {
                all.add(Errno.name(-length));
                continue;
            }
            for (NlMsg message : NlMsg.parseAll(Arrays.copyOf(buffer, length))) {
                all.add(nameOf(message));
            }
        }
        return all;
    }

    private static String nameOf(NlMsg message) {
        return switch (message.type()) {
            case TYPE -> Integer.toString(message.payload().u8(0));
            case NlmsgType.NLMSG_DONE -> "done";
            case NlmsgType.NLMSG_ERROR -> {
                int error = NlMsgErr.parse(message).error();
                yield error == 0 ? "ack" : "answer " + Errno.name(-error);
            }
            default -> message.toString();
        };
    }

    /** All entries, and the end. */
    private List<String> whole() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            all.add(Integer.toString(i));
        }
        all.add("done");
        return all;
    }

    private List<String> answersOf(KernelConfig config) {
        try (NetlinkFixture net = boot(config);
                NetlinkSocket socket = net.open()) {
            ask(socket);
            return readAll(socket);
        }
    }

    @Test
    void nl09_partLargerThanTheBudget_isRefused() {
        try (NetlinkFixture net = boot(usual().variant("NL-09"));
                NetlinkSocket socket = net.open()) {
            socket.setReceiveBuffer(0);
            ask(socket);
            assertEquals(List.of("answer ENOBUFS", "ENOBUFS"), readAll(socket));
        }
        try (NetlinkFixture net = boot(usual());
                NetlinkSocket socket = net.open()) {
            socket.setReceiveBuffer(0);
            ask(socket);
            assertEquals(whole(), readAll(socket));
        }
    }

    private static int notifyNobody(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config)) {
            return net.kernel.call(() ->
                    net.netlink
                            .requests()
                            .notify(
                                    net.kernelSocket,
                                    net.message(20, 1),
                                    0,
                                    5,
                                    false,
                                    GfpMask.KERNEL));
        }
    }

    @Test
    void nl19_nobodyListens_isAnError() {
        assertEquals(-Errno.ESRCH, notifyNobody(usual().variant("NL-19")));
        assertEquals(0, notifyNobody(usual()));
    }

    @Test
    void nl31_startFails_theDumpGoesOn() {
        start = dump -> -Errno.EPERM;

        assertEquals(whole(), answersOf(usual().variant("NL-31")));
        assertEquals(List.of("answer EPERM"), answersOf(usual()));
    }

    /** What two requests come to, the first of which cannot start; then the asker closes. */
    private List<String> askAgainAfterFailedStart(KernelConfig config) {
        start = dump -> -Errno.EPERM;
        results.clear();
        List<String> seen = new ArrayList<>();
        try (NetlinkFixture net = boot(config)) {
            UserProcess asker =
                    net.kernel.spawn(
                            "asker",
                            self -> {
                                NetlinkSocket socket = net.open(self);
                                ask(socket);
                                start = null;
                                ask(socket);
                                results.forEach(result -> seen.add(Errno.name(-result)));
                                socket.close();
                            });
            net.kernel.join(asker);
        } catch (KernelFailedException failed) {
            seen.add("broken");
            return seen;
        }
        seen.add("sound");
        return seen;
    }

    @Test
    void nl31a_startFails_countsAsRunning() {
        assertEquals(
                List.of("EPERM", "EBUSY", "broken"),
                askAgainAfterFailedStart(usual().variant("NL-31a")),
                "a dump that never began is ended");
        assertEquals(List.of("EPERM", "EINTR", "sound"), askAgainAfterFailedStart(usual()));
    }

    @Test
    void nl32_startFails_theModuleStaysPinned() {
        start = dump -> -Errno.EPERM;
        var _ = answersOf(usual().variant("NL-32"));
        assertEquals(1, references);
        references = 0;
        var _ = answersOf(usual());
        assertEquals(0, references);
    }

    @Test
    void nl33_lastPartFull_isLostWithItsEnd() {
        entries = 4;
        entryBytes = 3776 / 4 - 16;

        assertEquals("answer ENOBUFS", answersOf(usual().variant("NL-33")).getFirst());
        assertFalse(answersOf(usual().variant("NL-33")).contains("3"), "it was in the part");
        assertEquals(whole(), answersOf(usual()));
    }

    /** The first part's memory cannot be had; then recv, and a further request. */
    private List<String> failFirstPart(KernelConfig config) {
        try (NetlinkFixture net = boot(config)) {
            List<String> answers = new ArrayList<>();
            UserProcess asker =
                    net.kernel.spawn(
                            "asker",
                            self -> {
                                NetlinkSocket socket = net.open(self);
                                net.kernel
                                        .mm()
                                        .setFaults(
                                                SlabFaults.when(
                                                        (cache, bytes, gfp) -> bytes >= LARGE));
                                ask(socket);
                                net.kernel.mm().setFaults(null);
                                answers.addAll(readAll(socket));
                                ask(socket);
                                answers.addAll(readAll(socket));
                            });
            net.kernel.join(asker);
            return answers;
        }
    }

    @Test
    void nl34_noMemoryForAPart_nextOneWaitsForEver() {
        assertThrows(KernelFailedException.class, () -> failFirstPart(usual().variant("NL-34")));
        assertEquals("answer ENOBUFS", failFirstPart(usual()).getFirst());
    }

    @Test
    void nl42_noMemoryForTheFirstPart_theDumpIsOver() {
        List<String> repaired = new ArrayList<>(List.of("answer ENOBUFS"));
        repaired.addAll(whole());
        assertEquals(repaired, failFirstPart(usual().variant("NL-42")));

        List<String> asLinux = failFirstPart(usual());
        assertEquals("answer ENOBUFS", asLinux.getFirst());
        assertEquals(whole(), asLinux.subList(1, entries + 2), "the dump that has failed");
    }

    private List<String> failLaterPart(KernelConfig config) {
        try (NetlinkFixture net = boot(config);
                NetlinkSocket socket = net.open()) {
            ask(socket);
            net.kernel.mm().setFaults(SlabFaults.when((cache, bytes, gfp) -> true));
            List<String> answers = readAll(socket);
            net.kernel.mm().setFaults(null);
            return answers;
        }
    }

    @Test
    void nl35_noMemoryForALaterPart_isNotTold() {
        assertEquals(List.of("0", "1", "2"), failLaterPart(usual().variant("NL-35")));
        assertEquals(List.of("0", "1", "2", "ENOBUFS"), failLaterPart(usual()));
    }

    private List<Boolean> closeInTheMiddle(KernelConfig config) {
        List<Boolean> inSoftirq = new ArrayList<>();
        NetlinkFixture net = boot(config);
        done = dump -> inSoftirq.add(net.kernel.sched().inSoftirq());
        NetlinkSocket socket = net.open();
        ask(socket);
        socket.close();
        net.kernel.run(() -> net.kernel.rcu().barrier());
        net.close();
        return inSoftirq;
    }

    @Test
    void nl36_unfinishedDump_endsInSoftirqContext() {
        assertEquals(List.of(true), closeInTheMiddle(usual().variant("NL-36")));
        assertEquals(List.of(false), closeInTheMiddle(usual()));
    }

    private int longestPart(KernelConfig config) {
        entries = 100;
        int longest = 0;
        try (NetlinkFixture net = boot(config);
                NetlinkSocket socket = net.open()) {
            ask(socket);
            byte[] buffer = new byte[8192];
            int flags = MsgFlag.MSG_DONTWAIT | MsgFlag.MSG_TRUNC;
            for (int length = 1; length > 0; ) {
                length = socket.tryReceive(buffer, 0, buffer.length, flags);
                longest = Math.max(longest, length);
            }
        }
        return longest;
    }

    @Test
    void nl38_partAsLargeAsItsMemory_doesNotFitTheReadersBuffer() {
        assertTrue(longestPart(usual().variant("NL-38")) > 8192);
        assertTrue(longestPart(usual()) <= 8192);
    }

    /** Fails what is large; how it was asked for. */
    private static final class LargeFaults implements FaultInjector {
        final List<GfpMask> masks = new ArrayList<>();

        @Override
        public boolean failSlab(Task running, String cache, long bytes, GfpMask gfp) {
            return fail(bytes, gfp);
        }

        @Override
        public boolean failPages(Task running, int order, GfpMask gfp) {
            return fail(4096L << order, gfp);
        }

        private boolean fail(long bytes, GfpMask gfp) {
            if (bytes < 16_384) {
                return false;
            }
            masks.add(gfp);
            return true;
        }
    }

    private List<GfpMask> masksOfLargeParts(KernelConfig config) {
        entries = 100;
        LargeFaults faults = new LargeFaults();
        try (NetlinkFixture net = boot(config);
                NetlinkSocket socket = net.open()) {
            ask(socket);
            net.kernel.mm().setFaults(faults);
            byte[] buffer = new byte[20_000];
            int length = 1;
            for (int i = 0; i < 4; i++) {
                length = socket.tryReceive(buffer, 0, buffer.length, MsgFlag.MSG_DONTWAIT);
            }
            assertTrue(length > 0, "a smaller part does");
            net.kernel.mm().setFaults(null);
        }
        return faults.masks;
    }

    @Test
    void nl39_largePart_reclaims() {
        List<GfpMask> variant = masksOfLargeParts(usual().variant("NL-39"));
        List<GfpMask> reference = masksOfLargeParts(usual());

        assertFalse(variant.isEmpty());
        assertTrue(variant.stream().anyMatch(GfpMask::allowBlocking));
        assertFalse(reference.isEmpty());
        assertTrue(reference.stream().noneMatch(GfpMask::allowBlocking));
    }

    @Test
    void nl41_dumpThatHasStarted_isAcknowledgedToo() {
        List<String> answers = answersOf(usual().variant("NL-41"));
        assertTrue(answers.remove("ack"));
        assertEquals(whole(), answers);
        assertEquals(whole(), answersOf(usual()));
    }

    /** An asker is answered while another process sets its NETLINK_EXT_ACK. */
    private static boolean isAnsweredWhole(KernelConfig usual) {
        Director director = new Director();
        boolean[] handled = {false};
        boolean[] sized = {false};
        boolean[] set = {false};
        @Nullable NetlinkSock[] asker = new NetlinkSock[1];
        Netlink[] netlink = new Netlink[1];
        NetlinkFixture net =
                NetlinkFixture.boot(
                        director.direct(usual),
                        setup ->
                                setup.input(skb ->
                                        netlink[0]
                                                .requests()
                                                .receive(
                                                        skb,
                                                        (buffer, request, extack) -> {
                                                            asker[0] =
                                                                    (NetlinkSock) buffer.sender();
                                                            extack.setMessage("x".repeat(1000));
                                                            handled[0] = true;
                                                            return -Errno.EPERM;
                                                        })));
        netlink[0] = net.netlink;
        try (net) {
            net.kernel
                    .mm()
                    .setFaults(
                            SlabFaults.when((cache, bytes, gfp) -> {
                                sized[0] |= handled[0];
                                return false;
                            }));
            UserProcess process =
                    net.kernel.spawn(
                            "asker",
                            self -> {
                                try (NetlinkSocket socket = net.open(self)) {
                                    ask(socket);
                                }
                            });
            UserProcess setter =
                    net.kernel.spawn(
                            "setter",
                            self ->
                                    net.kernel.run(() -> {
                                        while (asker[0] == null) {
                                            net.kernel.sched().relax();
                                        }
                                        asker[0].setFlag(NetlinkSock.F_EXT_ACK, true);
                                        set[0] = true;
                                    }));
            director.run("asker").until(() -> sized[0]);
            director.run("setter").until(() -> set[0]);
            director.start();
            net.kernel.join(setter);
            net.kernel.join(process);
        } catch (KernelFailedException failed) {
            return false;
        }
        return net.kernel.reports().isEmpty();
    }

    @Test
    void nl43_optionChangesWhileItIsAnswered_theAnswerIsFilledBeyondItsEnd() {
        assertFalse(isAnsweredWhole(usual().variant("NL-43")));
        assertTrue(isAnsweredWhole(usual()));
    }
}
