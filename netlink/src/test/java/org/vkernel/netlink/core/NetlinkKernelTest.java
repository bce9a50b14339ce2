package org.vkernel.netlink.core;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.netlink.core.NetlinkFixture.PROTOCOL;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.ModuleRef;
import org.vkernel.emulator.testing.SlabFaults;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/** What modules see of netlink: kernel sockets, their hooks, and messages to them. */
class NetlinkKernelTest {
    /** A module whose references can be counted and refused. */
    private static final class CountingModule implements ModuleRef {
        int references;
        boolean going;

        @Override
        public boolean tryGet() {
            references += going ? 0 : 1;
            return !going;
        }

        @Override
        public void put() {
            references--;
        }
    }

    @Test
    void kernelCreate_second_isRefused() {
        try (NetlinkFixture net = NetlinkFixture.boot()) {
            assertNull(
                    net.kernel.call(
                            () -> net.netlink.kernelCreate(PROTOCOL, NetlinkKernelConfig.DEFAULT)));
            net.open().close();
        }
    }

    @Test
    void kernelCreate_noSuchProtocol_isRefused() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            Netlink netlink = kernel.use(Netlink.class);
            for (int protocol : new int[] {-1, NetlinkProtocol.MAX_LINKS}) {
                assertNull(
                        kernel.call(
                                () -> netlink.kernelCreate(protocol, NetlinkKernelConfig.DEFAULT)));
            }
        }
    }

    @Test
    void kernelCreate_eachAllocationFails_leavesNothing() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            Netlink netlink = kernel.use(Netlink.class);
            for (int failing = 1; failing <= 3; failing++) {
                int fail = failing;
                int[] asked = {0};
                kernel.mm().setFaults(SlabFaults.when((cache, bytes, gfp) -> ++asked[0] == fail));
                assertNull(
                        kernel.call(
                                () -> netlink.kernelCreate(PROTOCOL, NetlinkKernelConfig.DEFAULT)));
            }
            kernel.mm().setFaults(null);
            assertThrows(
                    ErrnoException.class,
                    () -> NetlinkSocket.open(kernel.init(), SocketType.SOCK_RAW, PROTOCOL));
        }
    }

    @Test
    void socket_openAndClose_pinsTheOwnersModule() {
        CountingModule module = new CountingModule();
        try (NetlinkFixture net =
                NetlinkFixture.boot(KernelConfig.simulated(1), c -> c.owner(module))) {
            NetlinkSocket socket = net.open();
            assertEquals(1, module.references);
            socket.close();
            assertEquals(0, module.references);
        }
    }

    @Test
    void socket_moduleGoing_isEprotonosupport() {
        CountingModule module = new CountingModule();
        try (NetlinkFixture net =
                NetlinkFixture.boot(KernelConfig.simulated(1), c -> c.owner(module))) {
            module.going = true;
            ErrnoException failure = assertThrows(ErrnoException.class, net::open);
            assertEquals(Errno.EPROTONOSUPPORT, failure.errno());
            assertEquals(0, module.references);
        }
    }

    @Test
    void socket_noMemory_isRefusedAndUnpins() {
        CountingModule module = new CountingModule();
        try (NetlinkFixture net =
                NetlinkFixture.boot(KernelConfig.simulated(1), c -> c.owner(module))) {
            int[] expected = {Errno.ENFILE, Errno.ENOMEM, Errno.ENOMEM, Errno.ENOMEM};
            for (int failing = 1; failing <= expected.length; failing++) {
                int fail = failing;
                int[] asked = {0};
                net.kernel
                        .mm()
                        .setFaults(SlabFaults.when((cache, bytes, gfp) -> ++asked[0] == fail));
                ErrnoException failure = assertThrows(ErrnoException.class, net::open);
                assertEquals(expected[failing - 1], failure.errno(), "allocation " + failing);
                assertEquals(0, module.references);
            }
            net.kernel.mm().setFaults(null);
        }
    }

    @Test
    void input_messageOfAProcess_isHandedOverBeforeTheSendReturns() {
        List<String> seen = new ArrayList<>();
        try (NetlinkFixture net =
                NetlinkFixture.boot(
                        KernelConfig.simulated(1),
                        c ->
                                c.input(skb ->
                                        seen.add(
                                                skb.len()
                                                        + " from "
                                                        + skb.portid()
                                                        + " of "
                                                        + skb.credsPid()
                                                        + ":"
                                                        + skb.credsUid()
                                                        + " charged "
                                                        + chargeOf(requireNonNull(skb.sk())))))) {
            try (NetlinkSocket socket = net.open()) {
                socket.bind(5000, 0);
                assertEquals(30, socket.sendTo(new byte[30], NetlinkAddress.KERNEL));
                assertEquals(List.of("30 from 5000 of 1:0 charged 832"), seen);
                assertEquals(0, net.kernelSocket.rmemAlloc());
            }
            assertEquals(new MessageCounts(1, 1, 0, 0), net.netlink.counts());
        }
    }

    private static int chargeOf(Object owner) {
        return ((NetlinkSock) owner).rmemAlloc();
    }

    @Test
    void kernelSocketWithoutInput_messageOfAProcess_isRefusedAndCountsNothing() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket socket = net.open()) {
            assertEquals(
                    -Errno.ECONNREFUSED,
                    socket.trySend(new byte[30], 0, 30, 0, NetlinkAddress.KERNEL));
            assertEquals(new MessageCounts(0, 0, 0, 0), net.netlink.counts());
        }
    }

    @Test
    void hooks_bindAndClose_areBalanced() {
        List<String> calls = new ArrayList<>();
        try (NetlinkFixture net =
                NetlinkFixture.boot(
                        KernelConfig.simulated(1),
                        c ->
                                c.bind(
                                                group -> {
                                                    calls.add("bind " + group);
                                                    return group == 7 ? -Errno.EPERM : 0;
                                                })
                                        .unbind(group -> calls.add("unbind " + group))
                                        .release(sk -> calls.add("release")))) {
            NetlinkSocket socket = net.open();
            ErrnoException refused =
                    assertThrows(
                            ErrnoException.class,
                            () -> socket.bind(1, NetlinkSocket.groups(2, 5, 7, 9)));
            assertEquals(Errno.EPERM, refused.errno());
            assertEquals(List.of("bind 2", "bind 5", "bind 7", "unbind 2", "unbind 5"), calls);
            calls.clear();
            socket.bind(1, NetlinkSocket.groups(2));
            socket.joinGroup(3);
            socket.leaveGroup(2);
            socket.close();
            assertEquals(List.of("bind 2", "bind 3", "unbind 2", "release", "unbind 3"), calls);
        }
    }

    @Test
    void bind_portidInUse_undoesTheHooks() {
        List<String> calls = new ArrayList<>();
        try (NetlinkFixture net =
                        NetlinkFixture.boot(
                                KernelConfig.simulated(1),
                                c ->
                                        c.bind(group -> 0)
                                                .unbind(group -> calls.add("unbind " + group)));
                NetlinkSocket first = net.member(5);
                NetlinkSocket second = net.open()) {
            ErrnoException failure =
                    assertThrows(
                            ErrnoException.class, () -> second.bind(first.getsockname().pid(), 6));
            assertEquals(Errno.EADDRINUSE, failure.errno());
            assertEquals(List.of("unbind 2", "unbind 3"), calls);
        }
    }

    @Test
    void notifier_boundSocketCloses_isTold() {
        List<String> calls = new ArrayList<>();
        NetlinkNotifier notifier = (protocol, portid) -> calls.add(protocol + ":" + portid);
        try (NetlinkFixture net = NetlinkFixture.boot()) {
            net.netlink.addNotifier(notifier);
            net.open().close();
            net.member(66).close();
            net.netlink.removeNotifier(notifier);
            net.member(67).close();
        }
        assertEquals(List.of("17:66"), calls);
    }

    @Test
    void hasListeners_followsTheMembers() {
        try (NetlinkFixture net = NetlinkFixture.boot()) {
            assertFalse(net.kernel.call(() -> net.netlink.hasListeners(net.kernelSocket, 3)));
            NetlinkSocket member = net.member(5, 3, 32);
            for (int group : new int[] {3, 32}) {
                assertTrue(
                        net.kernel.call(() -> net.netlink.hasListeners(net.kernelSocket, group)));
            }
            for (int group : new int[] {0, 1, 33, -1}) {
                assertFalse(
                        net.kernel.call(() -> net.netlink.hasListeners(net.kernelSocket, group)));
            }
            member.close();
            assertFalse(net.kernel.call(() -> net.netlink.hasListeners(net.kernelSocket, 3)));
        }
    }

    @Test
    void groups_moreThan32_areJoinedByOptionAndListed() {
        try (NetlinkFixture net =
                        NetlinkFixture.boot(KernelConfig.simulated(1), c -> c.groups(100));
                NetlinkSocket socket = net.open()) {
            socket.bind(9, 1);
            socket.joinGroup(100);
            assertArrayEquals(new int[] {1, 0, 0, 8}, socket.memberships(64));
            assertEquals(0, net.broadcast(10, 1, 0, 100));
            assertEquals(1, NetlinkFixture.next(socket));
            socket.bind(9, 0);
            assertEquals(0, net.broadcast(10, 2, 0, 100), "bind leaves groups above 32 alone");
            assertThrows(ErrnoException.class, () -> socket.joinGroup(101));
            assertEquals(0, net.kernel.call(() -> net.netlink.changeGroups(net.kernelSocket, 200)));
            socket.joinGroup(200);
            assertEquals(0, net.broadcast(10, 3, 0, 200));
            assertEquals(0, net.broadcast(10, 4, 0, 100));
        }
    }

    @Test
    void clearMembers_takesAllOutOfTheGroup() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket one = net.member(1, 1, 2);
                NetlinkSocket two = net.member(2, 1)) {
            net.kernel.run(() -> net.netlink.clearMembers(net.kernelSocket, 1));
            assertEquals(-Errno.ESRCH, net.broadcast(10, 1, 0, 1));
            assertEquals(0, net.broadcast(10, 2, 0, 2));
            assertEquals(2, NetlinkFixture.next(one));
            assertEquals(-Errno.EAGAIN, NetlinkFixture.next(two));
        }
    }

    @Test
    void proc_rows_haveLinuxsColumns() {
        try (NetlinkFixture net = NetlinkFixture.boot();
                NetlinkSocket member = net.member(0x9000_0000, 1, 32)) {
            assertEquals(0, net.broadcast(100, 1, 0, 1));
            List<String> rows = net.kernel.readProc("/proc/net/netlink").lines().toList();
            assertEquals(
                    "sk               Eth Pid        Groups   "
                            + "Rmem     Wmem     Dump  Locks    Drops    Inode",
                    rows.getFirst());
            assertEquals(3, rows.size());
            assertTrue(
                    rows.get(1)
                            .matches(
                                    "0{8}[0-9a-f]{8} 17  0          00000000 0        0        "
                                            + "0     2        0        \\d+ +"),
                    rows.get(1));
            assertTrue(
                    rows.get(2)
                            .matches(
                                    "0{8}[0-9a-f]{8} 17  2415919104 80000001 832      0        "
                                            + "0     2        0        \\d+ +"),
                    rows.get(2));
            assertEquals(1, NetlinkFixture.next(member));
        }
    }
}
