package org.vkernel.netlink.user;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vkernel.netlink.user.NetlinkSocket.AUTO;
import static org.vkernel.netlink.user.NetlinkSocket.groups;

import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
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
}
