package org.vkernel.testmodules.property.malformed;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.List;
import org.vkernel.connector.abi.CnMsgLayout;
import org.vkernel.connector.abi.CnNotifyReqLayout;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.testmodules.property.malformed.MalformedAction.Register;
import org.vkernel.testmodules.property.malformed.MalformedAction.Send;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * A process that gets lengths and counts wrong, mostly where numbers end, and one that registers.
 */
public final class Malformed implements Workload<MalformedAction, Malformed.Seen> {
    static final Malformed WORKLOAD = new Malformed();

    private static final CbId ID = CbId.of(6, 1);
    private static final int HEADERS = NlmsghdrLayout.NLMSG_HDRLEN + CnMsgLayout.SIZE;
    private static final int[] NUMBERS = {
        0, 0, 1, 1, 2, 3, 5, 8, 0x1fffffff, 0x20000000, Integer.MAX_VALUE, Integer.MIN_VALUE, -2, -1
    };
    private static final int[] OFFSETS = {
        0, 0, 0, 0, 0, 0, -1, 1, -4, 4, -16, 16, -20, -36, 4096, Integer.MIN_VALUE
    };

    private Malformed() {}

    /** What a run showed: sends whose result was another than the length of what was sent. */
    static final class Seen {
        final List<String> results = new ArrayList<>();
        long liveSkbs;

        /** Messages that the registered callback has got, and that it should have. */
        int called;

        int due;
    }

    /** The property that is checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(new NothingElseIsRead(WORKLOAD));
    }

    @Override
    public boolean bearsShortage() {
        return false;
    }

    @Override
    public String name() {
        return "malformed";
    }

    // ---- The plan ---------------------------------------------------------------------------

    @Override
    public ImmutableList<MalformedAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<MalformedAction> plan = ImmutableList.builder();
        for (int steps = 2 + random.nextInt(6); steps > 0; steps--) {
            boolean toControl = random.nextInt(3) != 0;
            plan.add(
                    new Send(
                            toControl,
                            draw(OFFSETS, random),
                            random.nextInt(4) == 0 ? draw(OFFSETS, random) : 0,
                            random.nextInt(4) == 0 ? random.nextInt(HEADERS + 8) : 0,
                            toControl ? request(random) : data(random),
                            toControl ? 0 : more(setting, random)));
        }
        for (int more = 1 + random.nextInt(3); more > 0; more--) {
            plan.add(new Register(draw(NUMBERS, random), draw(NUMBERS, random)));
        }
        return plan.build();
    }

    private static int draw(int[] table, SplitMix random) {
        return table[random.nextInt(table.length)];
    }

    /** Often none; else so much that it is just not too much, or just is. */
    private static int more(Setting setting, SplitMix random) {
        return random.nextInt(3) != 0
                ? 0
                : setting.profile().connectorMaxMessageSize() - 60 + random.nextInt(80);
    }

    private static ImmutableIntArray data(SplitMix random) {
        ImmutableIntArray.Builder words = ImmutableIntArray.builder();
        for (int i = random.nextInt(6); i > 0; i--) {
            words.add(draw(NUMBERS, random));
        }
        return words.build();
    }

    /** Counts, group, length and ranges; often the counts fit the ranges, if only modulo 2^32. */
    private static ImmutableIntArray request(SplitMix random) {
        int ranges = random.nextInt(4);
        int first = draw(NUMBERS, random);
        int second = random.nextInt(4) == 0 ? draw(NUMBERS, random) : ranges - first;
        int bytes =
                random.nextInt(4) == 0 ? draw(NUMBERS, random) : ranges * CnNotifyReqLayout.SIZE;
        ImmutableIntArray.Builder words =
                ImmutableIntArray.builder()
                        .add(first)
                        .add(second)
                        .add(random.nextInt(4))
                        .add(bytes);
        for (int i = 0; i < ranges; i++) {
            words.add(draw(NUMBERS, random)).add(draw(NUMBERS, random));
        }
        return words.build();
    }

    // ---- A run ------------------------------------------------------------------------------

    @Override
    public Seen run(VirtualKernel kernel, Setting setting, List<MalformedAction> plan) {
        Seen seen = new Seen();
        kernel.insmod(ConnectorModule.class);
        Connector connector = kernel.use(Connector.class);
        kernel.run(() -> {
            var _ = connector.addCallback(ID, "whole", (message, sender) -> seen.called++);
        });
        int most = setting.profile().connectorMaxMessageSize();
        List<UserProcess> processes =
                List.of(
                        kernel.spawn("sender", self -> send(self, seen, plan, most)),
                        kernel.spawn(
                                "registrar", self -> kernel.run(() -> register(connector, plan))));
        processes.forEach(kernel::join);
        // Once more, behind all that was sent.
        kernel.run(() -> register(connector, plan));
        int again = kernel.call(() -> connector.addCallback(ID, "again", (message, sender) -> {}));
        if (again != -Errno.EINVAL) {
            seen.results.add("an id is registered twice: " + again);
        }
        kernel.run(() -> connector.delCallback(ID));
        kernel.rmmod("cn");
        kernel.run(kernel.rcu()::barrier);
        seen.liveSkbs = kernel.skbs().live();
        return seen;
    }

    private static void register(Connector connector, List<MalformedAction> plan) {
        for (MalformedAction action : plan) {
            if (action instanceof Register register) {
                CbId id = CbId.of(register.idx(), register.val());
                if (!id.equals(ID)
                        && connector.addCallback(id, "some", (message, sender) -> {}) == 0) {
                    connector.delCallback(id);
                }
            }
        }
    }

    /** Whether a message to the registered id is whole, and as long as it says. */
    private static boolean isFair(byte[] bytes, int length, int most) {
        if (length < HEADERS) {
            return false;
        }
        int claimed = LittleEndian.u32(bytes, NlmsghdrLayout.NLMSG_LEN);
        int payload = claimed - NlmsghdrLayout.NLMSG_HDRLEN;
        int data = LittleEndian.u16(bytes, NlmsghdrLayout.NLMSG_HDRLEN + CnMsgLayout.LEN);
        return payload >= CnMsgLayout.SIZE + data
                && payload <= most
                && Integer.compareUnsigned(claimed, length) <= 0;
    }

    private static void send(UserProcess process, Seen seen, List<MalformedAction> plan, int most) {
        try (NetlinkSocket socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_RAW, NetlinkProtocol.NETLINK_CONNECTOR)) {
            for (MalformedAction action : plan) {
                if (action instanceof Send send) {
                    byte[] bytes = bytes(send);
                    int length = Math.max(1, bytes.length - send.cut());
                    int result = socket.trySend(bytes, 0, length, 0, NetlinkAddress.KERNEL);
                    seen.due += !send.toControl() && isFair(bytes, length, most) ? 1 : 0;
                    if (result != length) {
                        seen.results.add(send + ": " + result + " of " + length);
                    }
                }
            }
        }
    }

    private static byte[] bytes(Send send) {
        int data = send.words().length() * Integer.BYTES;
        byte[] bytes = new byte[HEADERS + data + send.more()];
        CbId id =
                send.toControl()
                        ? CbId.of(ConnectorId.CN_IDX_CONNECTOR, ConnectorId.CN_VAL_CONNECTOR)
                        : ID;
        LittleEndian.putU32(bytes, NlmsghdrLayout.NLMSG_LEN, bytes.length + send.lengthOff());
        int message = NlmsghdrLayout.NLMSG_HDRLEN;
        LittleEndian.putU32(bytes, message + CnMsgLayout.IDX, id.idx());
        LittleEndian.putU32(bytes, message + CnMsgLayout.VAL, id.val());
        LittleEndian.putU16(bytes, message + CnMsgLayout.LEN, data + send.more() + send.dataOff());
        for (int i = 0; i < send.words().length(); i++) {
            LittleEndian.putU32(bytes, HEADERS + i * Integer.BYTES, send.words().get(i));
        }
        return bytes;
    }
}
