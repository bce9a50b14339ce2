package org.vkernel.netlink.core;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.testing.Director;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * Each historical bug of opening, binding, joining and closing shows what it is known for where a
 * kernel has it, and does not where a kernel was booted as usual.
 */
class SocketVariantsTest {
    private static final int UNREGISTERED = 20;

    /** More questions than a look at the listeners asks. */
    private static final int QUESTIONS = 25;

    private static KernelConfig usual() {
        return KernelConfig.simulated(1);
    }

    private static int openUnregistered(KernelConfig config) {
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            NetlinkSocket.open(kernel.init(), SocketType.SOCK_RAW, UNREGISTERED).close();
            return 0;
        } catch (ErrnoException e) {
            return e.errno();
        }
    }

    @Test
    void nl04_protocolThatNobodyHas_canBeOpened() {
        assertEquals(0, openUnregistered(usual().variant("NL-04")));
        assertEquals(Errno.EPROTONOSUPPORT, openUnregistered(usual()));
    }

    /** What the owner of a protocol does to its listeners. */
    private interface Change {
        void make(Netlink netlink, NetlinkSock kernelSocket);
    }

    /** What is reported if a reader of the listeners is held up behind {@code questions}. */
    private static List<String> readWhile(KernelConfig config, Change change, int questions) {
        Director director = new Director();
        boolean[] done = {false};
        try (VirtualKernel kernel = VirtualKernel.boot(director.direct(config))) {
            Netlink netlink = kernel.use(Netlink.class);
            NetlinkSock socket =
                    requireNonNull(
                            kernel.call(() ->
                                    netlink.kernelCreate(
                                            UNREGISTERED, NetlinkKernelConfig.DEFAULT)));
            boolean[] begun = {false};
            UserProcess reader =
                    kernel.spawn(
                            "reader",
                            self ->
                                    kernel.run(() -> {
                                        begun[0] = true;
                                        var _ = netlink.hasListeners(socket, 1);
                                    }));
            UserProcess owner =
                    kernel.spawn(
                            "owner",
                            self ->
                                    kernel.run(() -> {
                                        change.make(netlink, socket);
                                        done[0] = true;
                                    }));
            director.run("reader").until(() -> begun[0]);
            director.run("reader").questions(questions);
            director.run("owner").until(() -> done[0]);
            director.start();
            kernel.join(reader);
            kernel.join(owner);
            if (socket.table().isRegistered()) {
                kernel.run(() -> netlink.kernelRelease(socket));
            }
        } catch (KernelFailedException failed) {
            return failed.reports().stream().map(report -> report.rule()).toList();
        }
        return List.of();
    }

    private static void assertFreedUnderReaders(String variant, Change change) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < QUESTIONS; i++) {
            assertEquals(List.of(), readWhile(usual(), change, i), "held up behind " + i);
            found.addAll(readWhile(usual().variant(variant), change, i));
        }
        assertTrue(found.contains("use after free"), found::toString);
    }

    @Test
    void nl05_protocolGoesUnderAReader_itsListenersAreReadFreed() {
        assertFreedUnderReaders("NL-05", Netlink::kernelRelease);
    }

    @Test
    void nl05a_groupsGrowUnderAReader_oldListenersAreReadFreed() {
        assertFreedUnderReaders("NL-05a", (netlink, socket) -> netlink.changeGroups(socket, 1000));
    }

    private static int bindAfterFailure(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket owner = net.member(50);
                NetlinkSocket late = net.open()) {
            assertEquals(50, owner.getsockname().pid());
            try {
                late.bind(50, 0);
            } catch (ErrnoException e) {
                assertEquals(Errno.EADDRINUSE, e.errno());
            }
            late.bind(51, 0);
            return 0;
        } catch (ErrnoException e) {
            return e.errno();
        }
    }

    @Test
    void nl51_failedBind_countsAsBound() {
        assertEquals(Errno.EINVAL, bindAfterFailure(usual().variant("NL-51")));
        assertEquals(0, bindAfterFailure(usual()));
    }

    private static List<Integer> automaticIds(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config)) {
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                ids.add(net.member(NetlinkSocket.AUTO).getsockname().pid());
            }
            return ids.subList(1, 3);
        }
    }

    @Test
    void nl53_automaticIds_canBeForetold() {
        KernelConfig variant = usual().variant("NL-53");
        assertEquals(List.of(-4097, -4098), automaticIds(variant));
        assertEquals(List.of(-4097, -4098), automaticIds(variant.seed(2)));
        assertNotEquals(automaticIds(usual()), automaticIds(usual().seed(2)));
    }

    private static List<Integer> closesTold(KernelConfig config) {
        List<Integer> told = new ArrayList<>();
        try (NetlinkFixture net = NetlinkFixture.boot(config)) {
            net.netlink.addNotifier((protocol, portid) -> told.add(portid));
            net.member(50).close();
            net.member(51, 3).close();
        }
        return told;
    }

    @Test
    void nl54_closeOfAMember_isNotTold() {
        assertEquals(List.of(50), closesTold(usual().variant("NL-54")));
        assertEquals(List.of(50, 51), closesTold(usual()));
    }

    private static String connectToShortAddress(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket socket = net.member(50)) {
            NetlinkSock sk = requireNonNull(net.kernelSocket.table().lookup(50));
            assertEquals(50, socket.getsockname().pid());
            SockaddrNl address = new SockaddrNl(4, AddressFamily.AF_NETLINK, 77, 0);
            return Errno.name(-net.kernel.call(() -> net.netlink.connect(sk, address)));
        } catch (KernelFailedException failed) {
            return failed.reports().getFirst().rule();
        }
    }

    @Test
    void nl55_shortAddress_isReadBeyondItsEnd() {
        assertEquals("out-of-bounds read", connectToShortAddress(usual().variant("NL-55")));
        assertEquals("EINVAL", connectToShortAddress(usual()));
    }

    /** Joins group 40 of 32; whether the socket is counted as a member of what it is not in. */
    private static String joinBeyond(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config);
                NetlinkSocket socket = net.member(50)) {
            NetlinkSock sk = requireNonNull(net.kernelSocket.table().lookup(50));
            socket.joinGroup(40);
            return sk.subscriptions() + " subscriptions, " + sk.isMember(40);
        } catch (ErrnoException e) {
            return Errno.name(e.errno());
        }
    }

    @Test
    void nl57_groupThatThereIsNot_isJoined() {
        assertEquals("1 subscriptions, false", joinBeyond(usual().variant("NL-57")));
        assertEquals("EINVAL", joinBeyond(usual()));
    }

    private static List<Integer> askedFor(KernelConfig config) {
        List<Integer> asked = new ArrayList<>();
        try (NetlinkFixture net =
                        NetlinkFixture.boot(
                                config,
                                setup ->
                                        setup.bind(group -> {
                                            asked.add(group);
                                            return 0;
                                        }));
                NetlinkSocket socket = net.member(50, 5)) {
            assertEquals(50, socket.getsockname().pid());
        }
        return asked;
    }

    @Test
    void nl58_bindOfGroupFive_asksForFour() {
        assertEquals(List.of(4), askedFor(usual().variant("NL-58")));
        assertEquals(List.of(5), askedFor(usual()));
    }

    /** What an owner counts while a socket joins twice, leaves what it is not in, and binds. */
    private static List<Integer> counted(KernelConfig config) {
        int[] members = {0};
        List<Integer> seen = new ArrayList<>();
        try (NetlinkFixture net =
                NetlinkFixture.boot(
                        config,
                        setup ->
                                setup.bind(
                                                group -> {
                                                    members[0]++;
                                                    return 0;
                                                })
                                        .unbind(group -> members[0]--))) {
            NetlinkSocket socket = net.open();
            socket.joinGroup(3);
            socket.joinGroup(3);
            seen.add(members[0]);
            socket.leaveGroup(4);
            seen.add(members[0]);
            socket.bind(50, NetlinkSocket.groups(5));
            seen.add(members[0]);
            socket.close();
            seen.add(members[0]);
        }
        return seen;
    }

    @Test
    void nl59_ownerIsToldOnce_andCountsRight() {
        assertEquals(List.of(1, 1, 1, 0), counted(usual().variant("NL-59")));
        assertEquals(List.of(2, 1, 2, 1), counted(usual()), "as Linux has it");
    }

    private static int bytesListed(KernelConfig config) {
        try (NetlinkFixture net = NetlinkFixture.boot(config, setup -> setup.groups(33));
                NetlinkSocket socket = net.member(50)) {
            socket.joinGroup(33);
            NetlinkSock sk = requireNonNull(net.kernelSocket.table().lookup(50));
            OptionValue value = new OptionValue();
            int error =
                    net.kernel.call(() ->
                            net.netlink
                                    .options()
                                    .get(
                                            sk,
                                            NetlinkOption.SOL_NETLINK,
                                            NetlinkOption.NETLINK_LIST_MEMBERSHIPS,
                                            64,
                                            value));
            assertEquals(0, error);
            return value.length();
        }
    }

    @Test
    void nl61_listOfMemberships_isToldTooShort() {
        assertEquals(4, bytesListed(usual().variant("NL-61")));
        assertEquals(8, bytesListed(usual()));
    }
}
