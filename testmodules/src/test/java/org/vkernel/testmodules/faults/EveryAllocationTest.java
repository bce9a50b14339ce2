package org.vkernel.testmodules.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.testmodules.cntest.CnTest;
import org.vkernel.testmodules.property.EveryAllocation;
import org.vkernel.testmodules.property.EveryAllocation.Failure;

/**
 * Makes each allocation of the kernel's own work fail, one after the other, on each version that
 * has the work, and compares what comes of it with what Linux does at that place: the errno, or the
 * loss that a receiver sees. A broken rule or a leak fails the test, but for those of Linux's own.
 *
 * <p>A line of a table: the function that wanted the memory, the outcome, and which rules were
 * broken as Linux breaks them.
 */
class EveryAllocationTest {
    private static final int GROUP = 14;
    private static final CbId CONNECTOR =
            CbId.of(ConnectorId.CN_IDX_CONNECTOR, ConnectorId.CN_VAL_CONNECTOR);
    private static final CbId PROC_EVENTS =
            CbId.of(ConnectorId.CN_IDX_PROC, ConnectorId.CN_VAL_PROC);

    /** What any module needs before its {@code init} is called. */
    private static final String LOADING =
            """
            LoadMemory.allocArgs: ENOMEM
            LoadMemory.allocFreeInit: ENOMEM
            LoadMemory.allocLayout: ENOMEM
            LoadMemory.allocSysfs: ENOMEM
            """;

    /** What {@code socket()} needs. */
    private static final String SOCKET =
            """
            NetlinkSockets.make: ENOMEM
            Sockets.allocInode: ENFILE
            Sockets.mapFd: ENOMEM
            """;

    /** What becoming a member of a group needs beyond that. */
    private static final String MEMBER = SOCKET + "NetlinkGroups.grow: ENOMEM\n";

    private static EveryAllocation on(String profile) {
        return EveryAllocation.of(KernelConfig.simulated(1).profile(Profile.of(profile)));
    }

    private static void expect(
            EveryAllocation every, Function<VirtualKernel, String> work, String... tables) {
        TreeSet<String> expected = new TreeSet<>();
        for (String table : tables) {
            table.lines().forEach(expected::add);
        }
        TreeSet<String> actual = new TreeSet<>();
        for (Failure failure : every.runTelling(work)) {
            String known =
                    failure.known().stream()
                            .map(BugReport::rule)
                            .collect(Collectors.joining(" + "));
            actual.add(
                    where(failure)
                            + ": "
                            + failure.outcome()
                            + (known.isEmpty() ? "" : "; known: " + known));
        }
        assertEquals(String.join("\n", expected), String.join("\n", actual));
    }

    /** Who wanted the memory: an sk_buff's is its owner's, and a task's parts are one. */
    private static String where(Failure failure) {
        String frame =
                failure.fault().stack().stream()
                        .filter(line -> !line.startsWith("SkBuff"))
                        .findFirst()
                        .orElseThrow();
        String function = frame.substring(0, frame.indexOf('('));
        return function.startsWith("TaskMemory.alloc") ? "TaskMemory" : function;
    }

    private static NetlinkSocket open(VirtualKernel kernel, int protocol) {
        return NetlinkSocket.open(kernel.init(), SocketType.SOCK_DGRAM, protocol);
    }

    /** How many messages are there; what the last look found, if that is no {@code EAGAIN}. */
    private static String received(NetlinkSocket socket) {
        int count = 0;
        byte[] buffer = new byte[65536];
        String error = "";
        for (int length = 0; length != -Errno.EAGAIN; ) {
            length = socket.tryReceive(buffer, 0, buffer.length, MsgFlag.MSG_DONTWAIT);
            if (length >= 0) {
                count++;
            } else if (length != -Errno.EAGAIN) {
                error += " " + Errno.name(-length);
            }
        }
        return count + error;
    }

    // ---- Modules -----------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"2.6.14", "6.1", "6.18"})
    void connectorModule_loadedAndUnloaded(String profile) {
        expect(
                on(profile),
                kernel -> {
                    kernel.insmod(ConnectorModule.class);
                    int callbacks = (int) kernel.readProc("/proc/modules").lines().count();
                    kernel.rmmod("cn");
                    return callbacks + " loaded";
                },
                LOADING,
                """
                CnQueue.alloc: EINVAL
                NetlinkSockets.createKernel: EIO
                NetlinkSockets.make: EIO
                Sockets.allocInode: EIO
                ProcFs.create: 1 loaded; known: remove_proc_entry() of a file that is not there
                """,
                profile.equals("2.6.14")
                        ? """
                        CnQueue.add: EINVAL
                        Workqueues.alloc: EINVAL
                        """
                        // Process events are not there, and nobody minds.
                        : "CnQueue.add: 1 loaded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.6.14", "6.1", "6.18"})
    void cnTest_loadedSendsToTwoAndUnloaded(String profile) {
        List<NetlinkSocket> members = new ArrayList<>();
        expect(
                on(profile)
                        .before(kernel -> kernel.insmod(ConnectorModule.class))
                        .before(kernel -> {
                            members.clear();
                            for (int i = 0; i < 2; i++) {
                                NetlinkSocket member =
                                        open(kernel, NetlinkProtocol.NETLINK_CONNECTOR);
                                member.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(GROUP));
                                members.add(member);
                            }
                        }),
                kernel -> {
                    kernel.insmod(CnTest.class, "idx=" + GROUP);
                    kernel.runFor(Duration.ofMillis(1500));
                    kernel.rmmod("cn_test");
                    return received(members.get(0)) + " and " + received(members.get(1));
                },
                LOADING,
                """
                LoadMemory.allocUse: ENOMEM
                CnQueue.add: ENOMEM
                CnQueue.add: ENOMEM; known: leak at module unload\
                 + connector exit waits for callbacks that stay for ever
                CnTest.sendCounter: 0 and 0
                CnSendPath.send: 0 and 0
                NetlinkBroadcast.copyFor: 0 ENOBUFS and 1
                """,
                profile.equals("2.6.14")
                        ? """
                        CnTest.wantNotify: ENOMEM
                        CnTest.wantNotify: 1 and 1; known: connector notice requests outlive the\
                         connector
                        CnNotices.handle: 1 and 1
                        """
                        : "");
    }

    // ---- Sockets -----------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"2.6.14", "6.1", "6.18"})
    void socket_fromOpenToClose(String profile) {
        expect(
                on(profile),
                EveryAllocationTest::socketLife,
                MEMBER,
                """
                NetlinkSendPath.sendmsg: ENOBUFS
                NetlinkBroadcast.copyFor: 2, group: 1 and 0 ENOBUFS
                """,
                // kvmalloc() goes on to vmalloc() where there is no contiguous memory.
                profile.equals("6.1") ? "" : "NetlinkSendPath.sendmsg: 2, group: 1 and 1");
    }

    private static String socketLife(VirtualKernel kernel) {
        try (NetlinkSocket one = open(kernel, NetlinkProtocol.NETLINK_USERSOCK);
                NetlinkSocket two = open(kernel, NetlinkProtocol.NETLINK_USERSOCK);
                NetlinkSocket three = open(kernel, NetlinkProtocol.NETLINK_USERSOCK)) {
            one.bind(7, NetlinkSocket.groups(1));
            two.joinGroup(1);
            three.connect(7, 0);
            three.send(new byte[20]);
            three.send(new byte[20_000]);
            int[] memberships = two.memberships(8);
            assertEquals(1, memberships[0]);
            String before = received(one);
            three.sendTo(new byte[20], new NetlinkAddress(7, NetlinkSocket.groups(1)));
            return before + ", group: " + received(one) + " and " + received(two);
        }
    }

    @Test
    void socket_theTableOfDescriptorsGrows() {
        expect(
                on("6.18")
                        .before(kernel -> {
                            for (int i = 0; i < 61; i++) {
                                open(kernel, NetlinkProtocol.NETLINK_USERSOCK);
                            }
                        }),
                kernel -> {
                    NetlinkSocket last = open(kernel, NetlinkProtocol.NETLINK_USERSOCK);
                    return "fd " + last.fd();
                },
                SOCKET,
                "FileTable.allocate: ENOMEM");
    }

    // ---- Registration notices ----------------------------------------------------------------

    @Test
    void notices_askedForAndTold() {
        expect(
                on("2.6.14").before(kernel -> kernel.insmod(ConnectorModule.class)),
                kernel -> {
                    try (NetlinkSocket socket = open(kernel, NetlinkProtocol.NETLINK_CONNECTOR)) {
                        socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(3));
                        ask(kernel, socket, 3);
                        CbId id = CbId.of(20, 1);
                        Connector connector = kernel.use(Connector.class);
                        int error = kernel.call(() -> connector.addCallback(id, "x", (m, s) -> {}));
                        if (error != 0) {
                            ask(kernel, socket, 0);
                            return Errno.name(-error);
                        }
                        kernel.run(() -> connector.delCallback(id));
                        ask(kernel, socket, 0);
                        return received(socket) + " of 2 notices";
                    }
                },
                MEMBER,
                """
                NetlinkSendPath.sendmsg: ENOBUFS
                NetlinkSendPath.sendmsg: ENOBUFS; known: connector notice requests outlive the\
                 connector
                CnNotices.handle: 0 of 2 notices
                CnQueue.add: ENOMEM
                CnSendPath.send: 1 of 2 notices
                """);
    }

    private static void ask(VirtualKernel kernel, NetlinkSocket socket, int group) {
        CnCtlMsg request =
                CnCtlMsg.of(
                        group, List.of(new CnNotifyReq(0, 1000)), List.of(new CnNotifyReq(1, -1)));
        CnMsg message = CnMsg.builder(CONNECTOR).data(request.bytes()).build();
        socket.sendTo(message.toNlMsg(0).toByteArray(), NetlinkAddress.KERNEL);
        kernel.runFor(Duration.ofMillis(20));
    }

    // ---- Process events ----------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"6.1", "6.18"})
    void processEvents_listenedTo(String profile) {
        expect(
                on(profile).before(kernel -> kernel.insmod(ConnectorModule.class)),
                kernel -> {
                    try (NetlinkSocket socket = open(kernel, NetlinkProtocol.NETLINK_CONNECTOR)) {
                        socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(1));
                        control(socket, ProcInput.listen());
                        String acked = received(socket);
                        String lived = "";
                        try {
                            kernel.join(kernel.spawn("p", EveryAllocationTest::live));
                        } catch (ErrnoException failed) {
                            lived = ", " + failed.call() + " " + failed.name();
                        }
                        kernel.runFor(Duration.ofMillis(1)); // exits are told of last
                        String told = received(socket);
                        control(socket, ProcInput.ignore());
                        return "acks " + acked + ", events " + told + lived;
                    }
                },
                MEMBER,
                """
                NetlinkSendPath.sendmsg: ENOBUFS
                CnSendPath.send: acks 0, events 9
                CnSendPath.send: acks 1, events 8
                ProcessExec.exec: acks 1, events 8
                TaskMemory: acks 1, events 8
                TaskMemory: acks 1, events 0, fork ENOMEM
                TaskMemory: acks 1, events 3
                TaskMemory: acks 1, events 6
                """,
                // Who asked is not listened to, and so nobody is there to be told why.
                profile.equals("6.18") ? "FilteredListeners.control: acks 0, events 0" : "");
    }

    private static void live(UserProcess process) {
        try {
            UserProcess child =
                    process.fork(self -> {
                        try {
                            self.exec("/bin/true");
                        } catch (ErrnoException failed) {
                            self.exit(1);
                        }
                    });
            process.waitFor(child.tgid());
            process.startThread(self -> {}).join();
            process.setuid(1);
        } catch (ErrnoException failed) {
            process.exit(failed.errno());
        }
    }

    private static void control(NetlinkSocket socket, ProcInput input) {
        byte[] bytes = input.toByteArray();
        CnMsg message = CnMsg.builder(PROC_EVENTS).data(bytes).build();
        socket.sendTo(message.toNlMsg(0).toByteArray(), NetlinkAddress.KERNEL);
    }
}
