package org.vkernel.netlink.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_USERSOCK;
import static org.vkernel.netlink.user.NetlinkSocket.groups;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.skb.SkBuffSizes;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.SkMeminfo;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.MessageCounts;
import org.vkernel.netlink.core.MsgHdr;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.user.KernelNetlink;
import org.vkernel.netlink.user.NetlinkProvider;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.ControlBuffer;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * What is sent is what is received, of any size, into any buffer and with any flags, on this kernel
 * and on the host's; and what a closed socket leaves, which is nothing.
 */
class NetlinkMessageProperties {
    private static final int SENDER = 101;
    private static final int RECEIVER = 102;
    private static final int GROUP = 3;
    private static final byte UNTOUCHED = 0x5a;

    /** The greatest sizes of the rows of the table of truesizes, and what lies around them. */
    private static final int[] ROWS = {
        256, 704, 1728, 3776, 7872, 16_064, 32_448, 65_216, 130_752, 192, 261_824
    };

    /** What a receiver asks for. */
    record Ask(int offset, int length, int flags, boolean wantsHeader, int controlBytes) {}

    // ---- The kernels --------------------------------------------------------------------------

    private static void onThisKernel(Body body) throws Exception {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            body.call(new KernelNetlink(kernel.init()));
        }
    }

    /** Why there is no such host; null if there is. */
    private static @Nullable String missing() {
        try (HostThread _ = HostThread.start(0, HostThread.Namespace.OWN)) {
            String release = HostKernel.release();
            return release.startsWith("6.18.")
                    ? null
                    : "the profile is of 6.18, the host runs " + release;
        } catch (HostUnavailableException e) {
            return e.getMessage();
        }
    }

    /** Skips a property of the host's where there is none, with the reason. */
    static final class NeedsHost implements SkipExecutionHook {
        @Override
        public SkipResult shouldBeSkipped(LifecycleContext context) {
            String reason = missing();
            return reason == null ? SkipResult.doNotSkip() : SkipResult.skip(reason);
        }
    }

    private static void onTheHost(Body body) throws Exception {
        try (HostThread thread = HostThread.start(0, HostThread.Namespace.OWN);
                HostNetlink host = HostNetlink.open()) {
            Callable<@Nullable Object> call =
                    () -> {
                        body.call(host);
                        return null;
                    };
            thread.call(call);
        }
    }

    /** A property's body. */
    @FunctionalInterface
    private interface Body {
        void call(NetlinkProvider provider) throws Exception;
    }

    // ---- Messages -----------------------------------------------------------------------------

    @Provide
    Arbitrary<Integer> sizes() {
        List<Integer> edges = new ArrayList<>();
        for (int row : ROWS) {
            if (row < 200_000) {
                edges.addAll(List.of(row - 1, row, row + 1));
            }
        }
        return Arbitraries.oneOf(
                Arbitraries.integers().between(1, 20_000),
                Arbitraries.integers().between(1, 70_000),
                Arbitraries.of(edges));
    }

    @Provide
    Arbitrary<Ask> asks() {
        Arbitrary<Integer> lengths =
                Arbitraries.oneOf(
                        Arbitraries.of(0, 1, 15, 16, 17, 64, 150_000),
                        Arbitraries.integers().between(0, 70_000));
        Arbitrary<Integer> flags =
                Arbitraries.subsetOf(
                                MsgFlag.MSG_PEEK,
                                MsgFlag.MSG_TRUNC,
                                MsgFlag.MSG_WAITALL,
                                MsgFlag.MSG_CMSG_CLOEXEC,
                                MsgFlag.MSG_ERRQUEUE,
                                MsgFlag.MSG_EOR)
                        .map(all -> all.stream().reduce(MsgFlag.MSG_DONTWAIT, (a, b) -> a | b));
        return Combinators.combine(
                        Arbitraries.integers().between(0, 9),
                        lengths,
                        flags,
                        Arbitraries.of(true, false),
                        Arbitraries.of(0, 24, 512))
                .as(Ask::new);
    }

    @Property(tries = 150)
    void message_onThisKernel_isReceivedAsSent(
            @ForAll("sizes") int size,
            @ForAll("asks") Ask first,
            @ForAll("asks") Ask second,
            @ForAll boolean isMulticast,
            @ForAll boolean isRaw)
            throws Exception {
        onThisKernel(on -> sendAndReceive(on, size, List.of(first, second), isMulticast, isRaw));
    }

    @AddLifecycleHook(NeedsHost.class)
    @Property(tries = 60)
    void message_onTheHost_isReceivedAsSent(
            @ForAll("sizes") int size,
            @ForAll("asks") Ask first,
            @ForAll("asks") Ask second,
            @ForAll boolean isMulticast,
            @ForAll boolean isRaw)
            throws Exception {
        onTheHost(on -> sendAndReceive(on, size, List.of(first, second), isMulticast, isRaw));
    }

    private static void sendAndReceive(
            NetlinkProvider on, int size, List<Ask> asks, boolean isMulticast, boolean isRaw) {
        int type = isRaw ? SocketType.SOCK_RAW : SocketType.SOCK_DGRAM;
        try (NetlinkSocket sender = NetlinkSocket.open(on, type, NETLINK_USERSOCK);
                NetlinkSocket receiver = NetlinkSocket.open(on, type, NETLINK_USERSOCK)) {
            sender.bind(SENDER, 0);
            receiver.bind(RECEIVER, groups(GROUP));
            receiver.setsockopt(NetlinkOption.SOL_NETLINK, NetlinkOption.NETLINK_PKTINFO, 1);
            byte[] message = new byte[size];
            for (int i = 0; i < size; i++) {
                message[i] = (byte) (i * 31 + (i >> 8));
            }
            NetlinkAddress to =
                    isMulticast
                            ? new NetlinkAddress(0, groups(GROUP))
                            : new NetlinkAddress(RECEIVER, 0);
            int sent = sender.trySend(message, 0, size, MsgFlag.MSG_DONTWAIT, to);
            assertEquals(isMulticast ? -Errno.ECONNREFUSED : size, sent);
            int truesize = SkBuffSizes.sendTruesize(Profile.V6_18, size, isMulticast);
            boolean queued = true;
            for (Ask ask : asks) {
                assertEquals(queued ? truesize : 0, rmem(receiver));
                receive(on, receiver, ask, queued ? message : null, isMulticast);
                queued &= (ask.flags & MsgFlag.MSG_PEEK) != 0;
            }
            assertEquals(queued ? truesize : 0, rmem(receiver));
        }
    }

    private static void receive(
            NetlinkProvider on,
            NetlinkSocket receiver,
            Ask ask,
            byte @Nullable [] message,
            boolean isMulticast) {
        byte[] buffer = new byte[ask.offset + ask.length + 5];
        Arrays.fill(buffer, UNTOUCHED);
        byte[] expected = buffer.clone();
        MsgHdr header =
                ask.wantsHeader
                        ? new MsgHdr(
                                ask.controlBytes == 0 ? null : new ControlBuffer(ask.controlBytes))
                        : null;
        int result = on.receive(receiver.fd(), buffer, ask.offset, ask.length, ask.flags, header);
        if (message == null) {
            assertEquals(-Errno.EAGAIN, result);
            assertArrayEquals(expected, buffer);
            return;
        }
        int copied = Math.min(message.length, ask.length);
        assertEquals((ask.flags & MsgFlag.MSG_TRUNC) == 0 ? copied : message.length, result);
        System.arraycopy(message, 0, expected, ask.offset, copied);
        assertArrayEquals(expected, buffer);
        if (header != null) {
            assertEquals(SENDER, header.pid());
            assertEquals(isMulticast ? groups(GROUP) : 0, header.groups());
            int flags = ask.flags & MsgFlag.MSG_CMSG_CLOEXEC;
            flags |= copied < message.length ? MsgFlag.MSG_TRUNC : 0;
            flags |= ask.controlBytes == 0 ? MsgFlag.MSG_CTRUNC : 0;
            assertEquals(flags, header.flags());
        }
    }

    private static int rmem(NetlinkSocket socket) {
        return socket.getsockoptWords(
                        SocketOption.SOL_SOCKET,
                        SocketOption.SO_MEMINFO,
                        SkMeminfo.SK_MEMINFO_VARS)[SkMeminfo.SK_MEMINFO_RMEM_ALLOC];
    }

    // ---- Closing ------------------------------------------------------------------------------

    /** Each number sends a message of so many bytes, to the group where it is even. */
    @Property(tries = 100)
    void close_anythingQueued_freesAll(
            @ForAll @Size(max = 40) List<@IntRange(min = 1, max = 20_000) Integer> sends,
            @ForAll @IntRange(max = 5) int received,
            @ForAll boolean parallel) {
        KernelConfig machine = parallel ? KernelConfig.parallel() : KernelConfig.simulated(1);
        try (VirtualKernel kernel = VirtualKernel.boot(machine)) {
            NetlinkProvider on = new KernelNetlink(kernel.init());
            String rows = kernel.readProc("/proc/net/netlink");
            int type = SocketType.SOCK_RAW;
            NetlinkSocket sender = NetlinkSocket.open(on, type, NETLINK_USERSOCK);
            NetlinkSocket receiver = NetlinkSocket.open(on, type, NETLINK_USERSOCK);
            receiver.bind(RECEIVER, groups(GROUP));
            byte[] message = new byte[20_000];
            for (int size : sends) {
                NetlinkAddress to =
                        size % 2 == 0
                                ? new NetlinkAddress(0, groups(GROUP))
                                : new NetlinkAddress(RECEIVER, 0);
                var _ = sender.trySend(message, 0, size, MsgFlag.MSG_DONTWAIT, to);
            }
            for (int i = 0; i < received; i++) {
                var _ = receiver.tryReceive(message, 0, 9, MsgFlag.MSG_DONTWAIT);
            }
            receiver.close();
            NetlinkAddress gone = new NetlinkAddress(RECEIVER, 0);
            assertEquals(-Errno.ECONNREFUSED, sender.trySend(message, 0, 1, 0, gone));
            kernel.run(() -> kernel.rcu().barrier()); // the queue goes with the last reader
            MessageCounts counts = kernel.use(Netlink.class).counts();
            assertEquals(0, counts.queued(), counts.toString());
            try (NetlinkSocket heir = NetlinkSocket.open(on, type, NETLINK_USERSOCK)) {
                heir.bind(RECEIVER, 0);
                assertEquals(new NetlinkAddress(RECEIVER, 0), heir.getsockname());
                assertEquals(0, rmem(heir));
                assertFalse(heir.isReadable());
            }
            sender.close();
            kernel.run(() -> kernel.rcu().barrier());
            assertEquals(0, kernel.skbs().live());
            assertEquals(rows, kernel.readProc("/proc/net/netlink"));
            assertTrue(kernel.reports().isEmpty());
        }
    }
}
