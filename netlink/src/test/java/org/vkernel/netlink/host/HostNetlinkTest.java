package org.vkernel.netlink.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_CONNECTOR;
import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_ROUTE;
import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_USERSOCK;
import static org.vkernel.netlink.abi.SocketType.SOCK_RAW;
import static org.vkernel.netlink.user.NetlinkSocket.AUTO;
import static org.vkernel.netlink.user.NetlinkSocket.groups;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.PollBit;
import org.vkernel.netlink.abi.SocketIoctl;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.core.MsgHdr;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.user.ReceivedMessage;
import org.vkernel.netlink.wire.NetlinkAddress;

/** Sockets of the host's kernel, in private namespaces. */
class HostNetlinkTest {
    private static final int NOBODY = 65534;
    private static final byte[] MESSAGE = {20, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2};

    /** A test's body. */
    @FunctionalInterface
    private interface Body {
        void run(HostNetlink host) throws Exception;
    }

    private static void inNamespace(int uid, Body body) throws Exception {
        run(uid, HostThread.Namespace.OWN, body);
    }

    private static void run(int uid, HostThread.Namespace namespace, Body body) throws Exception {
        try (HostThread thread = HostThread.start(uid, namespace);
                HostNetlink host = HostNetlink.open()) {
            Callable<@Nullable Object> call =
                    () -> {
                        body.run(host);
                        return null;
                    };
            thread.call(call);
        } catch (HostUnavailableException e) {
            abort(e.getMessage());
        }
    }

    private static void withConnector(Body body) throws Exception {
        try (ConnectorLock _ = ConnectorLock.take()) {
            run(0, HostThread.Namespace.OF_THE_JVM, body);
        } catch (HostUnavailableException e) {
            abort(e.getMessage());
        }
    }

    private static NetlinkSocket open(HostNetlink host) {
        return NetlinkSocket.open(host, SOCK_RAW, NETLINK_USERSOCK);
    }

    @Test
    void socket_boundByTheKernel_isTheProcess() throws Exception {
        inNamespace(
                0,
                host -> {
                    NetlinkSocket a = open(host);
                    NetlinkSocket b = open(host);
                    a.bind(AUTO, groups(3));
                    b.bind(AUTO, 0);
                    assertEquals(new NetlinkAddress(HostKernel.tgid(), groups(3)), a.getsockname());
                    assertNotEquals(HostKernel.tgid(), b.getsockname().pid());
                    b.connect(HostKernel.tgid(), 0);
                    assertEquals(new NetlinkAddress(HostKernel.tgid(), 0), b.getpeername());
                });
    }

    @Test
    void message_sentToAGroup_arrivesWithAllThatIsKnown() throws Exception {
        inNamespace(
                0,
                host -> {
                    NetlinkSocket a = open(host);
                    a.bind(7_000_001, groups(5));
                    a.setsockopt(NetlinkOption.SOL_NETLINK, NetlinkOption.NETLINK_PKTINFO, 1);
                    a.setsockopt(SocketOption.SOL_SOCKET, SocketOption.SO_PASSCRED, 1);
                    NetlinkSocket b = open(host);
                    b.bind(7_000_002, 0);
                    assertEquals(0, a.poll(PollBit.POLLIN));
                    ErrnoException noUnicast =
                            assertThrows(
                                    ErrnoException.class,
                                    () ->
                                            b.sendTo(
                                                    MESSAGE,
                                                    new NetlinkAddress(0, groups(5)),
                                                    MsgFlag.MSG_DONTWAIT));
                    assertEquals(Errno.ECONNREFUSED, noUnicast.errno());
                    assertEquals(PollBit.POLLIN, a.poll(PollBit.POLLIN));
                    ReceivedMessage got = a.recvmsg(10, MsgFlag.MSG_TRUNC);
                    assertEquals(MESSAGE.length, got.length());
                    assertEquals(10, got.data().length);
                    assertTrue(got.isTruncated());
                    assertEquals(new NetlinkAddress(7_000_002, groups(5)), got.from());
                    assertEquals(OptionalInt.of(5), got.group());
                    assertEquals(
                            new ReceivedMessage.Credentials(HostKernel.tgid(), 0, 0), got.creds());
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 70_000})
    void message_ofAnySize_arrivesWhole(int size) throws Exception {
        inNamespace(
                0,
                host -> {
                    byte[] data = new byte[size];
                    for (int i = 0; i < size; i++) {
                        data[i] = (byte) (i * 31);
                    }
                    NetlinkSocket a = open(host);
                    a.bind(7_000_001, 0);
                    a.sendTo(data, new NetlinkAddress(7_000_001, 0));
                    assertArrayEquals(data, a.receive(size));
                });
    }

    @Test
    void failures_areTheKernelsErrnos() throws Exception {
        inNamespace(
                0,
                host -> {
                    NetlinkSocket a = open(host);
                    assertEquals(-Errno.ENOTTY, host.ioctl(a.fd(), SocketIoctl.FIONREAD));
                    assertEquals(-Errno.EOPNOTSUPP, host.listen(a.fd(), 1));
                    assertEquals(-Errno.EOPNOTSUPP, host.accept(a.fd()));
                    assertEquals(-Errno.EOPNOTSUPP, host.shutdown(a.fd(), SocketIoctl.SHUT_RD));
                    assertEquals(-Errno.ESOCKTNOSUPPORT, host.socket(1, NETLINK_USERSOCK));
                    byte[] buffer = new byte[10];
                    assertEquals(
                            -Errno.EAGAIN,
                            host.receive(a.fd(), buffer, 0, 10, MsgFlag.MSG_DONTWAIT, null));
                    a.close();
                    assertEquals(-Errno.EBADF, host.getsockname(a.fd(), new MsgHdr(null)));
                    assertEquals(-Errno.EBADF, host.close(0), "a descriptor of the JVM");
                });
    }

    @Test
    void timeouts_areRoundedUpToTicks() throws Exception {
        inNamespace(
                0,
                host -> {
                    NetlinkSocket a = open(host);
                    a.setReceiveTimeout(Duration.ofNanos(1));
                    assertEquals(
                            Errno.EAGAIN,
                            assertThrows(ErrnoException.class, () -> a.receive(10)).errno());
                });
    }

    @Test
    void filter_cutsMessages() throws Exception {
        inNamespace(
                0,
                host -> {
                    NetlinkSocket a = open(host);
                    a.bind(7_000_001, 0);
                    assertEquals(0, host.attachFilter(a.fd(), 5));
                    assertEquals(5, a.sendTo(MESSAGE, new NetlinkAddress(7_000_001, 0)));
                    assertEquals(5, a.receive(100).length);
                });
    }

    @Test
    void protocols_thatConfigureTheMachine_areNotSentTo() throws Exception {
        inNamespace(
                0,
                host -> {
                    NetlinkSocket a = NetlinkSocket.open(host, SOCK_RAW, NETLINK_ROUTE);
                    IllegalArgumentException refused =
                            assertThrows(
                                    IllegalArgumentException.class,
                                    () -> a.sendTo(MESSAGE, new NetlinkAddress(0, 0)));
                    assertEquals(
                            "protocol 0: on the host, messages are sent on NETLINK_USERSOCK and"
                                    + " NETLINK_CONNECTOR only",
                            refused.getMessage());
                    assertEquals(0, a.getsockname().pid(), "refused before the system call");
                });
    }

    @Test
    void otherUser_isThatOfItsThreadOnly() throws Exception {
        inNamespace(
                NOBODY,
                host ->
                        assertEquals(
                                Errno.EPERM,
                                assertThrows(
                                                ErrnoException.class,
                                                () -> open(host).bind(AUTO, groups(1)))
                                        .errno()));
        inNamespace(0, host -> open(host).bind(AUTO, groups(1)));
    }

    @Test
    void namespace_isPrivate() throws Exception {
        inNamespace(
                0,
                host -> {
                    open(host).bind(7_000_001, 0);
                    Path own = Path.of("/proc/thread-self/net/netlink");
                    assertTrue(Files.readString(own).contains(" 7000001 "));
                    inNamespace(0, other -> open(other).bind(7_000_001, 0));
                });
    }

    /** A socket that listened to process events, closed, must leave the machine's count. */
    @Test
    void listener_closed_isTakenBack() throws Exception {
        withConnector(host -> {
            assumeNobodyListens(host);
            NetlinkSocket a = NetlinkSocket.open(host, SOCK_RAW, NETLINK_CONNECTOR);
            send(a, ProcessEventListener.LISTEN);
            assertEquals(1, host.listener(a.fd()).counted());
            a.close();
            assertNull(ProcessEventCount.disturbance(host));

            NetlinkSocket b = NetlinkSocket.open(host, SOCK_RAW, NETLINK_CONNECTOR);
            send(b, 7);
            send(b, ProcessEventListener.IGNORE);
            assertEquals(-1, host.listener(b.fd()).counted());
            b.close();
            assertNull(ProcessEventCount.disturbance(host));
        });
    }

    @Test
    void listener_leftToTheEnd_isTakenBackThen() throws Exception {
        withConnector(host -> {
            assumeNobodyListens(host);
            try (HostNetlink leaving = HostNetlink.open()) {
                leaving.leaveListenersToTheEnd();
                NetlinkSocket a = NetlinkSocket.open(leaving, SOCK_RAW, NETLINK_CONNECTOR);
                send(a, ProcessEventListener.LISTEN);
                a.close();
                assertEquals(
                        "somebody on this machine listens to process events",
                        ProcessEventCount.disturbance(host));
            }
            assertNull(ProcessEventCount.disturbance(host));
        });
    }

    @Test
    void listener_whoseProgramEnds_isTakenBack_once() throws Exception {
        withConnector(host -> {
            assumeNobodyListens(host);
            try (HostNetlink ending = HostNetlink.open()) {
                NetlinkSocket a = NetlinkSocket.open(ending, SOCK_RAW, NETLINK_CONNECTOR);
                send(a, ProcessEventListener.LISTEN);
                ending.takeBackCounts();
                assertNull(ProcessEventCount.disturbance(host));
            }
            assertNull(ProcessEventCount.disturbance(host));
        });
    }

    private static void send(NetlinkSocket socket, int operation) {
        socket.sendTo(ProcessEventListener.request(operation), new NetlinkAddress(0, 0));
    }

    private static void assumeNobodyListens(HostNetlink host) {
        String disturbance = ProcessEventCount.disturbance(host);
        assumeTrue(disturbance == null, disturbance);
    }
}
