package org.vkernel.netlink.user;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vkernel.netlink.abi.PollBit.POLLOUT;
import static org.vkernel.netlink.user.NetlinkSocket.AUTO;
import static org.vkernel.netlink.user.NetlinkSocket.groups;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.MessageCounts;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.wire.NetlinkAddress;

class NetlinkSocketTest {
    private static final KernelConfig[] MACHINES = {
        KernelConfig.simulated(1), KernelConfig.parallel()
    };

    private static NetlinkSocket open(UserProcess process) {
        return NetlinkSocket.open(process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_USERSOCK);
    }

    @Test
    void unicast_betweenTwoSockets_arrivesWithItsSender() {
        for (KernelConfig machine : MACHINES) {
            try (VirtualKernel kernel = VirtualKernel.boot(machine)) {
                UserProcess process =
                        kernel.spawn(
                                "a",
                                self -> {
                                    try (NetlinkSocket to = open(self);
                                            NetlinkSocket from = open(self)) {
                                        to.bind(77, 0);
                                        from.bind(AUTO, 0);
                                        from.sendTo(
                                                new byte[] {1, 2, 3}, new NetlinkAddress(77, 0));
                                        ReceivedMessage message = to.recvmsg(100, 0);
                                        assertArrayEquals(new byte[] {1, 2, 3}, message.data());
                                        assertEquals(
                                                new NetlinkAddress(self.tgid(), 0), message.from());
                                    }
                                });
                kernel.join(process);
                assertEquals(new MessageCounts(1, 1, 0, 0), kernel.use(Netlink.class).counts());
            }
        }
    }

    @Test
    void receive_nothingThere_waitsForTheSender() {
        for (KernelConfig machine : MACHINES) {
            try (VirtualKernel kernel = VirtualKernel.boot(machine)) {
                byte[][] got = {{}};
                UserProcess receiver =
                        kernel.spawn(
                                "receiver",
                                self -> {
                                    try (NetlinkSocket socket = open(self)) {
                                        socket.bind(77, groups(1));
                                        got[0] = socket.receive(100);
                                    }
                                });
                UserProcess sender =
                        kernel.spawn(
                                "sender",
                                self -> {
                                    try (NetlinkSocket socket = open(self)) {
                                        NetlinkAddress to = new NetlinkAddress(77, 0);
                                        while (socket.trySend(new byte[] {5}, 0, 1, 0, to)
                                                == -Errno.ECONNREFUSED) {
                                            kernel.run(kernel.sched()::condResched);
                                        }
                                    }
                                });
                kernel.join(sender);
                kernel.join(receiver);
                assertArrayEquals(new byte[] {5}, got[0]);
            }
        }
    }

    @Test
    void failedCall_throwsWithTheCallAndTheErrno() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
                NetlinkSocket socket = open(kernel.init())) {
            ErrnoException failure =
                    assertThrows(
                            ErrnoException.class, () -> socket.receive(10, MsgFlag.MSG_DONTWAIT));
            assertEquals(Errno.EAGAIN, failure.errno());
            assertEquals("recvmsg", failure.call());
        }
    }

    @Test
    void initLeavesASocketOpen_theKernelsCloseClosesIt() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            NetlinkSocket socket = open(kernel.init());
            socket.bind(5, 1);
            socket.sendTo(new byte[5], new NetlinkAddress(5, 0));
        }
    }

    @Test
    void closedDescriptor_isEbadf() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            NetlinkSocket socket = open(kernel.init());
            socket.close();
            byte[] buffer = new byte[1];
            assertEquals(-Errno.EBADF, socket.tryReceive(buffer, 0, 1, 0));
            assertEquals(-Errno.EBADF, socket.trySend(buffer, 0, 1, 0, null));
            socket.close();
        }
    }

    @Test
    void messages_outsideTheArray_areFaults() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
                NetlinkSocket socket = open(kernel.init())) {
            socket.bind(77, 0);
            NetlinkAddress self = new NetlinkAddress(77, 0);
            byte[] bytes = new byte[10];
            assertEquals(-Errno.EFAULT, socket.trySend(bytes, 0, 11, 0, self));
            assertEquals(-Errno.EFAULT, socket.trySend(bytes, 11, 1, 0, self));
            assertEquals(-Errno.EFAULT, socket.trySend(bytes, -1, 5, 0, self));
            assertEquals(-Errno.EFAULT, socket.trySend(bytes, Integer.MAX_VALUE, 5, 0, self));
            assertEquals(-Errno.EINVAL, socket.trySend(bytes, 0, -1, 0, self));
            assertEquals(-Errno.EINVAL, socket.tryReceive(bytes, 0, -1, MsgFlag.MSG_DONTWAIT));
            assertEquals(-Errno.EAGAIN, socket.tryReceive(bytes, 0, 10, MsgFlag.MSG_DONTWAIT));

            socket.sendTo(bytes, self);
            int peek = MsgFlag.MSG_DONTWAIT | MsgFlag.MSG_PEEK;
            assertEquals(-Errno.EFAULT, socket.tryReceive(bytes, 1, 10, peek));
            assertEquals(10, socket.tryReceive(bytes, 0, 1000, peek));
            assertEquals(-Errno.EFAULT, socket.tryReceive(bytes, 9, 2, MsgFlag.MSG_DONTWAIT));
            assertEquals(-Errno.EAGAIN, socket.tryReceive(bytes, 0, 10, MsgFlag.MSG_DONTWAIT));
        }
    }

    @Test
    void receive_negativeRoom_isEinval() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
                NetlinkSocket socket = open(kernel.init())) {
            for (Executable call :
                    new Executable[] {
                        () -> socket.receive(-1),
                        () -> socket.recvmsg(Integer.MIN_VALUE, 0),
                        () -> socket.recvmsg(1, 0, -1)
                    }) {
                assertEquals(Errno.EINVAL, assertThrows(ErrnoException.class, call).errno());
            }
        }
    }

    @Test
    void getsockopt_optionWithoutAWord_isZero() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
                NetlinkSocket socket = open(kernel.init())) {
            int option = NetlinkOption.NETLINK_LIST_MEMBERSHIPS;
            assertEquals(0, socket.getsockopt(NetlinkOption.SOL_NETLINK, option));
        }
    }

    @Test
    void timeouts_ofAnyLength_areTaken() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
                NetlinkSocket socket = open(kernel.init())) {
            socket.bind(77, 0);
            Duration longest = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
            socket.setSendTimeout(longest);
            assertEquals(POLLOUT, socket.poll(POLLOUT, longest));
            assertEquals(POLLOUT, socket.poll(POLLOUT, longest.negated()));
            for (Duration atOnce : List.of(longest.negated(), Duration.ofNanos(-1))) {
                socket.setReceiveTimeout(atOnce);
                long before = kernel.clock().ns();
                assertEquals(-Errno.EAGAIN, socket.tryReceive(new byte[1], 0, 1, 0));
                assertEquals(before, kernel.clock().ns());
            }
            socket.setReceiveTimeout(Duration.ofSeconds(1, 999_999_001));
            int option = SocketOption.SO_RCVTIMEO;
            int[] time = socket.getsockoptWords(SocketOption.SOL_SOCKET, option, 4);
            assertArrayEquals(new int[] {2, 0, 0, 0}, time);
        }
    }
}
