package org.vkernel.testmodules.property.naming;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.process.Credentials;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.OptionValue;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.SockaddrNl;
import org.vkernel.testmodules.property.naming.NamingAction.AskGroup;
import org.vkernel.testmodules.property.naming.NamingAction.Become;
import org.vkernel.testmodules.property.naming.NamingAction.Bind;
import org.vkernel.testmodules.property.naming.NamingAction.Change;
import org.vkernel.testmodules.property.naming.NamingAction.Close;
import org.vkernel.testmodules.property.naming.NamingAction.Connect;
import org.vkernel.testmodules.property.naming.NamingAction.Grow;
import org.vkernel.testmodules.property.naming.NamingAction.Memberships;
import org.vkernel.testmodules.property.naming.NamingAction.Open;
import org.vkernel.testmodules.property.naming.NamingAction.Send;
import org.vkernel.testmodules.property.naming.NamingAction.Step;
import org.vkernel.testmodules.property.naming.NamingAction.Tell;
import org.vkernel.testmodules.property.naming.NamingSeen.Difference;
import org.vkernel.testmodules.property.naming.SocketModel.Due;

/** A process of a run: its sockets, and the model of each. */
final class NamingProcess implements SocketModel.Owner {
    private static final int USER = 1000;
    private static final int FIRST_ID = 5000;
    private static final int IDS_EACH = 100;

    /** Port ids of the kernel's choice are below this, but for the process's own. */
    private static final int HIGHEST_CHOSEN = -4097;

    private record Pair(NetlinkSocket socket, SocketModel model, Bindings bindings) {
        Pair(NetlinkSocket socket, SocketModel model) {
            this(socket, model, new Bindings());
        }
    }

    private final int firstId;
    private final ProtocolModel owned;
    private final ProtocolModel connector;
    private final ProtocolModel usersock;
    private final NamingSeen seen;
    private final KernelSide kernelSide;
    private final NamingReader reader;
    private final Map<Integer, Pair> pairs = new TreeMap<>();
    private final Set<Integer> portids = new TreeSet<>();
    private boolean isUser;
    private int messages;
    private int tgid;

    NamingProcess(int number, NamingSeen seen, KernelSide kernelSide) {
        this.firstId = FIRST_ID + number * IDS_EACH;
        this.owned = kernelSide.owned();
        this.connector = kernelSide.connector();
        this.usersock = kernelSide.usersock();
        this.seen = seen;
        this.kernelSide = kernelSide;
        this.reader = new NamingReader(number);
    }

    /** Those that its sockets have had. */
    Set<Integer> portids() {
        return portids;
    }

    @Override
    public boolean isCapable() {
        return !isUser;
    }

    @Override
    public int tgid() {
        return tgid;
    }

    @Override
    public @Nullable SocketModel bound(ProtocolModel protocol, int portid) {
        for (Pair pair : pairs.values()) {
            SocketModel model = pair.model;
            if (model.protocol().equals(protocol) && model.isBound() && model.portid() == portid) {
                return model;
            }
        }
        return null;
    }

    @Override
    public List<SocketModel> sockets() {
        return pairs.values().stream().map(Pair::model).toList();
    }

    // ---- Its life ---------------------------------------------------------------------------

    void live(UserProcess process, List<Step> steps) {
        tgid = process.tgid();
        for (Step step : steps) {
            Pair pair = pairs.get(step.slot());
            if (step instanceof Open open) {
                if (pair == null) {
                    open(process, open);
                }
            } else if (step instanceof Become become) {
                process.setresuid(Credentials.KEEP, become.user() ? USER : 0, Credentials.KEEP);
                isUser = become.user();
            } else if (pair != null) {
                step(process, pair, step);
            }
        }
        for (int slot : List.copyOf(pairs.keySet())) {
            Pair pair = pairs.get(slot);
            if (pair != null) {
                close(process, pair, slot);
            }
        }
    }

    private void open(UserProcess process, Open open) {
        boolean exists = open.protocol() != Naming.NOBODYS;
        NetlinkSocket socket;
        try {
            socket = NetlinkSocket.open(process, SocketType.SOCK_RAW, open.protocol());
        } catch (ErrnoException e) {
            compare(open, exists ? 0 : -Errno.EPROTONOSUPPORT, -e.errno());
            return;
        }
        compare(open, exists ? 0 : -Errno.EPROTONOSUPPORT, 0);
        if (!exists) {
            socket.close();
            return;
        }
        ProtocolModel protocol =
                switch (open.protocol()) {
                    case NetlinkProtocol.NETLINK_USERSOCK -> usersock;
                    case NetlinkProtocol.NETLINK_CONNECTOR -> connector;
                    default -> owned;
                };
        pairs.put(open.slot(), new Pair(socket, new SocketModel(protocol, this)));
    }

    private void step(UserProcess process, Pair pair, Step step) {
        NetlinkSocket socket = pair.socket;
        SocketModel model = pair.model;
        switch (step) {
            case Bind bind -> {
                SockaddrNl address = SockaddrNl.of(portid(bind.id()), bind.mask());
                kernelSide.failures().begin(process, bind.failing());
                int result = socket.provider().bind(socket.fd(), address);
                boolean isShort = kernelSide.failures().end(process);
                int expected =
                        model.bind(address.pid(), bind.mask(), result != -Errno.EPERM, isShort);
                compare(bind, expected, result);
            }
            case Change change -> {
                kernelSide.failures().begin(process, change.failing());
                int result = change(socket, change);
                boolean isShort = kernelSide.failures().end(process);
                int expected =
                        model.change(
                                change.group(), change.join(), result != -Errno.EPERM, isShort);
                compare(change, expected, result);
            }
            case Connect connect -> {
                SockaddrNl to =
                        address(connect.length(), connect.family(), connect.id(), connect.mask());
                int expected = model.connect(to);
                compare(connect, expected, socket.provider().connect(socket.fd(), to));
            }
            case Send send -> {
                SockaddrNl to =
                        send.length() == 0
                                ? null
                                : address(send.length(), send.family(), send.id(), send.mask());
                byte[] bytes = reader.message(++messages);
                int expected = model.send(to, bytes.length, messages);
                int flags = MsgFlag.MSG_DONTWAIT;
                int result = socket.provider().send(socket.fd(), bytes, 0, bytes.length, flags, to);
                compare(send, expected, result);
            }
            case Tell tell -> tell(tell);
            case AskGroup ask ->
                    socket.setsockopt(
                            NetlinkOption.SOL_NETLINK,
                            NetlinkOption.NETLINK_PKTINFO,
                            ask.asks() ? 1 : 0);
            case Grow grow -> {
                if (kernelSide.grow(grow.groups())) {
                    owned.grow(Math.max(owned.groups(), grow.groups()));
                }
            }
            case Memberships list -> list(socket, model, list);
            case Close close -> {
                close(process, pair, close.slot());
                return;
            }
            case Open open -> {}
            case Become become -> {}
        }
        name(step, socket, model);
        switch (step) {
            case Send send -> read(send, send.room(), send.whole());
            case Tell tell -> read(tell, tell.room(), tell.whole());
            default -> {}
        }
        listeners(step, model);
        for (int group : model.takeLeftOpen()) {
            seen.leftOpen.add(
                    new Difference("an odd group is open to everybody", group + ": " + step));
        }
        compareHooks(step, pair, List.of(), kernelSide.takeTold(process));
    }

    /** Has the kernel send. Others may be members, too, or none. */
    private void tell(Tell tell) {
        byte[] bytes = reader.message(++messages);
        int portid = portid(tell.id());
        Due message = new Due(null, messages, tell.group());
        int result = kernelSide.send(portid, tell.group(), bytes);
        if (tell.group() == 0) {
            boolean isTaken = portid == 0 || SocketModel.tellOne(this, owned, message, portid);
            compare(tell, isTaken ? bytes.length : -Errno.ECONNREFUSED, result);
        } else if (SocketModel.tellGroup(this, owned, null, message, portid)
                || result != -Errno.ESRCH) {
            compare(tell, 0, result);
        }
    }

    private void read(Step step, int room, boolean whole) {
        for (Pair pair : pairs.values()) {
            String wrong = reader.read(pair.socket, pair.model, room, whole);
            if (!wrong.isEmpty()) {
                differ("another message is read", step, wrong);
            }
        }
    }

    /** Each group that somebody is in has listeners. */
    private void listeners(Step step, SocketModel model) {
        BitSet groups = model.groups();
        if (model.protocol().equals(owned) && !groups.isEmpty()) {
            for (int group : List.of(groups.nextSetBit(0) + 1, groups.length())) {
                if (!kernelSide.hasListeners(group)) {
                    differ("a group has no listeners that has a member", step, "" + group);
                }
            }
        }
    }

    private int portid(int id) {
        return switch (id) {
            case 0 -> NetlinkSocket.AUTO;
            case -1 -> firstId + IDS_EACH - 1;
            default -> firstId + id;
        };
    }

    private SockaddrNl address(int length, int family, int id, int mask) {
        return new SockaddrNl(length, family, portid(id), mask);
    }

    private static int change(NetlinkSocket socket, Change change) {
        return socket.provider()
                .setsockopt(
                        socket.fd(),
                        NetlinkOption.SOL_NETLINK,
                        change.join()
                                ? NetlinkOption.NETLINK_ADD_MEMBERSHIP
                                : NetlinkOption.NETLINK_DROP_MEMBERSHIP,
                        change.group(),
                        Integer.BYTES);
    }

    /** What the socket says of itself, whatever was done with it. */
    private void name(Step step, NetlinkSocket socket, SocketModel model) {
        NetlinkAddress name = socket.getsockname();
        if (model.portid() == SocketModel.UNKNOWN) {
            if (name.pid() > HIGHEST_CHOSEN) {
                differ("the kernel's choice is in the range of processes", step, "" + name);
            }
            model.setPortid(name.pid());
            seen.chosen.add(name.pid());
        }
        portids.add(name.pid());
        NetlinkAddress expected = new NetlinkAddress(model.portid(), model.mask());
        if (!name.equals(expected)) {
            differ("another name", step, "expected " + expected + ", is " + name);
        }
        NetlinkAddress peer = socket.getpeername();
        int group = model.dstGroup();
        NetlinkAddress expectedPeer =
                new NetlinkAddress(model.dstPortid(), group == 0 ? 0 : 1 << (group - 1));
        if (!peer.equals(expectedPeer)) {
            differ("another peer", step, "expected " + expectedPeer + ", is " + peer);
        }
    }

    private void list(NetlinkSocket socket, SocketModel model, Memberships step) {
        OptionValue value = new OptionValue();
        int error =
                socket.provider()
                        .getsockopt(
                                socket.fd(),
                                NetlinkOption.SOL_NETLINK,
                                NetlinkOption.NETLINK_LIST_MEMBERSHIPS,
                                step.bytes(),
                                value);
        compare(step, 0, error);
        if (value.length() != model.listBytes()) {
            differ(
                    "another length of the list of groups",
                    step,
                    "expected " + model.listBytes() + ", is " + value.length());
        }
        int[] words = value.words();
        if (words.length != Math.min(model.listBytes(), step.bytes()) / Integer.BYTES) {
            differ("another list of groups", step, words.length + " words");
        }
        long[] wide = new long[(words.length + 1) / 2];
        for (int i = 0; i < words.length; i++) {
            wide[i / 2] |= Integer.toUnsignedLong(words[i]) << (i % 2 * Integer.SIZE);
        }
        BitSet fitting = model.groups().get(0, words.length * Integer.SIZE);
        if (!BitSet.valueOf(wide).equals(fitting)) {
            differ("another list of groups", step, fitting + ", is " + Arrays.toString(words));
        }
    }

    private void close(UserProcess process, Pair pair, int slot) {
        SocketModel model = pair.model;
        List<String> last =
                model.close()
                        ? List.of("released " + model.protocol().number() + " " + model.portid())
                        : List.of();
        pair.socket.close();
        compareHooks(new Close(0, slot), pair, last, kernelSide.takeTold(process));
        pairs.remove(slot);
    }

    // ---- The comparison ---------------------------------------------------------------------

    private void compare(Step step, int expected, int result) {
        if (expected != result) {
            differ("another result", step, "expected " + expected + ", is " + result);
        }
    }

    private void differ(String kind, Step step, String detail) {
        seen.calls.add(
                new Difference(
                        step.getClass().getSimpleName() + ": " + kind, step + ": " + detail));
    }

    /**
     * Compares what the protocol's owner was asked and told. N.B. Linux asks and tells of what
     * changes nothing, too, and does not tell of all that does.
     *
     * @param last what others are told of behind it
     */
    private void compareHooks(Step step, Pair pair, List<String> last, List<String> told) {
        List<String> usual = joined(pair.model.takeHookCalls(), last);
        List<String> changes = joined(pair.model.takeChanges(), last);
        if (!told.equals(usual) && !told.equals(changes)) {
            seen.hooks.add(
                    new Difference(
                            step.getClass().getSimpleName() + ": asked or told otherwise",
                            step + ": expected " + usual + ", is " + told));
        }
        pair.bindings.note(told, pair.model.protocol(), isCapable());
        if (pair.model.protocol().isAsked() && !pair.bindings.areThoseOf(pair.model.groups())) {
            seen.unbalanced.add(
                    new Difference(
                            "bound and unbound otherwise than joined and left",
                            step
                                    + ": bound to "
                                    + pair.bindings
                                    + ", member of "
                                    + pair.model.groups()));
        }
    }

    private static List<String> joined(List<String> first, List<String> last) {
        List<String> all = new ArrayList<>(first);
        all.addAll(last);
        return all;
    }
}
