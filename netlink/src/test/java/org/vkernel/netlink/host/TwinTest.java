package org.vkernel.netlink.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_USERSOCK;
import static org.vkernel.netlink.abi.SocketType.SOCK_RAW;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vkernel.emulator.Errno;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.PollBit;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.host.TwinKernel.Body;
import org.vkernel.netlink.host.TwinKernel.TwinProcess;
import org.vkernel.netlink.host.TwinKernel.TwinThread;
import org.vkernel.netlink.user.NetlinkProvider;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * What needs two threads, done on the host's kernel and on the simulated machine: each test says
 * what both must answer.
 */
class TwinTest {
    private static final long SEEDS = 20;
    private static final int RECEIVER = 5_000_001;
    private static final int SENDER = 5_000_002;
    private static final SockaddrNl TO = SockaddrNl.of(RECEIVER, 0);
    private static final long FOR_EVER = -1;
    private static final int DONTWAIT = MsgFlag.MSG_DONTWAIT;
    private static final int SMALL = 100;

    /** Larger than the smallest receive buffer: it is taken only where nothing is queued. */
    private static final int LARGE = 3000;

    static Stream<TwinKernel> kernels() {
        return Stream.concat(
                Stream.of(new TwinHost()),
                LongStream.rangeClosed(1, SEEDS).mapToObj(TwinKernel::simulated));
    }

    /** Two sockets of the process: one receives, with the smallest buffer. */
    private record Pair(TwinProcess process, NetlinkProvider calls, int receiver, int sender) {
        Pair(TwinProcess process) {
            this(process, process.provider(), open(process, RECEIVER), open(process, SENDER));
            int name = SocketOption.SO_RCVBUF;
            assertEquals(0, calls.setsockopt(receiver, SocketOption.SOL_SOCKET, name, 0, 4));
        }

        private static int open(TwinProcess process, int portid) {
            int fd = process.provider().socket(SOCK_RAW, NETLINK_USERSOCK);
            assertEquals(0, process.provider().bind(fd, SockaddrNl.of(portid, 0)));
            return fd;
        }

        int send(int length, int flags) {
            return calls.send(sender, new byte[length], 0, length, flags, TO);
        }

        int receive(int flags) {
            return calls.receive(receiver, new byte[SMALL], 0, SMALL, flags, null);
        }

        TwinThread blockedReceive() {
            return blocked(process.start(() -> receive(0)));
        }

        TwinThread blockedSend() {
            return blocked(process.start(() -> send(LARGE, 0)));
        }

        TwinThread blockedPoll(int events) {
            return blocked(process.start(() -> calls.poll(receiver, events, FOR_EVER)));
        }

        private TwinThread blocked(TwinThread thread) {
            process.awaitBlocked(thread);
            return thread;
        }

        void setTimeout(int fd, int name, long millis) {
            assertEquals(0, calls.setTimeout(fd, name, 0, millis * 1000));
        }

        void join(int group) {
            int name = NetlinkOption.NETLINK_ADD_MEMBERSHIP;
            assertEquals(0, calls.setsockopt(receiver, NetlinkOption.SOL_NETLINK, name, group, 4));
        }

        int multicast(int group) {
            SockaddrNl to = SockaddrNl.of(0, 1 << (group - 1));
            return calls.send(sender, new byte[LARGE], 0, LARGE, DONTWAIT, to);
        }
    }

    private static void run(TwinKernel kernel, PairBody body) throws Exception {
        Body pair = process -> body.run(new Pair(process));
        try {
            kernel.run(pair);
        } catch (HostUnavailableException e) {
            abort(e.getMessage());
        }
    }

    /** A test. */
    @FunctionalInterface
    private interface PairBody {
        void run(Pair pair) throws Exception;
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedReceiver_message_wakesIt(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    TwinThread blocked = pair.blockedReceive();
                    assertEquals(20, pair.send(20, DONTWAIT));
                    assertEquals(20, blocked.join());
                });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedReceivers_oneMessage_wakesOne(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    TwinThread first = pair.blockedReceive();
                    TwinThread second = pair.blockedReceive();
                    assertEquals(20, pair.send(20, DONTWAIT));
                    assertEquals(20, pair.send(20, DONTWAIT));
                    assertEquals(40, first.join() + second.join());
                    assertEquals(-Errno.EAGAIN, pair.receive(DONTWAIT));
                });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedReceiver_timeOut_isEagain(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    pair.setTimeout(pair.receiver(), SocketOption.SO_RCVTIMEO, 10);
                    assertEquals(-Errno.EAGAIN, pair.process().start(() -> pair.receive(0)).join());
                });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedReceiver_signal_isEintr(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    TwinThread blocked = pair.blockedReceive();
                    pair.process().interrupt(blocked);
                    assertEquals(-Errno.EINTR, blocked.join());
                });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedReceiver_withTimeOut_signal_isEintr(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    assertEquals(
                            0,
                            pair.calls()
                                    .setTimeout(pair.receiver(), SocketOption.SO_RCVTIMEO, 50, 0));
                    TwinThread blocked = pair.blockedReceive();
                    pair.process().interrupt(blocked);
                    assertEquals(-Errno.EINTR, blocked.join());
                });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedReceiver_lostMulticast_isEnobufsAtTheNext(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    pair.join(3);
                    TwinThread blocked = pair.blockedPoll(PollBit.POLLPRI);
                    assertEquals(-Errno.ECONNREFUSED, pair.multicast(3));
                    assertEquals(-Errno.ECONNREFUSED, pair.multicast(3));
                    assertEquals(PollBit.POLLERR, blocked.join());
                    assertEquals(-Errno.ENOBUFS, pair.receive(0));
                    assertEquals(SMALL, pair.receive(0));
                });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedReceiver_close_staysUntilItsMessage(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    TwinThread blocked = pair.blockedReceive();
                    assertEquals(0, pair.calls().close(pair.receiver()));
                    assertEquals(-Errno.EBADF, pair.receive(DONTWAIT));
                    assertEquals(20, pair.send(20, DONTWAIT));
                    assertEquals(20, blocked.join());
                    // With the call, its socket has ended, too.
                    assertEquals(-Errno.ECONNREFUSED, pair.send(20, DONTWAIT));
                });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedSender_room_wakesIt(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    assertEquals(LARGE, pair.send(LARGE, DONTWAIT));
                    assertEquals(-Errno.EAGAIN, pair.send(LARGE, DONTWAIT));
                    TwinThread blocked = pair.blockedSend();
                    assertEquals(SMALL, pair.receive(DONTWAIT));
                    assertEquals(LARGE, blocked.join());
                    assertEquals(SMALL, pair.receive(DONTWAIT));
                    assertEquals(-Errno.EAGAIN, pair.receive(DONTWAIT));
                });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedSender_peek_doesNotWakeIt(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    assertEquals(LARGE, pair.send(LARGE, DONTWAIT));
                    TwinThread blocked = pair.blockedSend();
                    assertEquals(SMALL, pair.receive(DONTWAIT | MsgFlag.MSG_PEEK));
                    pair.process().awaitBlocked(blocked);
                    assertEquals(SMALL, pair.receive(DONTWAIT));
                    assertEquals(LARGE, blocked.join());
                });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedSender_timeOut_isEagain(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    assertEquals(LARGE, pair.send(LARGE, DONTWAIT));
                    pair.setTimeout(pair.sender(), SocketOption.SO_SNDTIMEO, 10);
                    assertEquals(
                            -Errno.EAGAIN, pair.process().start(() -> pair.send(LARGE, 0)).join());
                });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedSender_signal_isEintr(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    assertEquals(LARGE, pair.send(LARGE, DONTWAIT));
                    TwinThread blocked = pair.blockedSend();
                    pair.process().interrupt(blocked);
                    assertEquals(-Errno.EINTR, blocked.join());
                    assertEquals(SMALL, pair.receive(DONTWAIT));
                    assertEquals(-Errno.EAGAIN, pair.receive(DONTWAIT));
                });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedSender_receiverCloses_isRefused(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    assertEquals(LARGE, pair.send(LARGE, DONTWAIT));
                    TwinThread blocked = pair.blockedSend();
                    assertEquals(0, pair.calls().close(pair.receiver()));
                    assertEquals(-Errno.ECONNREFUSED, blocked.join());
                });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedPoll_message_wakesIt(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    TwinThread blocked = pair.blockedPoll(PollBit.POLLIN);
                    assertEquals(20, pair.send(20, DONTWAIT));
                    assertEquals(PollBit.POLLIN, blocked.join());
                });
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedPoll_timeOut_isNothing(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair ->
                        assertEquals(
                                0,
                                pair.process()
                                        .start(() ->
                                                pair.calls()
                                                        .poll(
                                                                pair.receiver(),
                                                                PollBit.POLLIN,
                                                                5_000_000))
                                        .join()));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void blockedPoll_signal_isEintr(TwinKernel kernel) throws Exception {
        run(
                kernel,
                pair -> {
                    TwinThread blocked = pair.blockedPoll(PollBit.POLLIN);
                    pair.process().interrupt(blocked);
                    assertEquals(-Errno.EINTR, blocked.join());
                });
    }
}
