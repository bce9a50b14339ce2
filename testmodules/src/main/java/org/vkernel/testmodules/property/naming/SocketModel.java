package org.vkernel.testmodules.property.naming;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.SockaddrNlLayout;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * What Linux promises of one socket of a process that is alone in using its port ids: each call's
 * result, and what the protocol's owner is asked and told.
 */
final class SocketModel {
    /**
     * What must be known to its calls of the process: its sockets, and whether it is privileged.
     */
    interface Owner {
        boolean isCapable();

        int tgid();

        /** The socket of this protocol that is bound to a port id, or null. */
        @Nullable SocketModel bound(ProtocolModel protocol, int portid);

        /** Its sockets. */
        List<SocketModel> sockets();
    }

    /**
     * A message that a socket is to get.
     *
     * @param from who sent it; null: the kernel
     * @param number which one it is
     */
    record Due(@Nullable SocketModel from, int number, int group) {}

    /** A port id that the kernel has chosen, and that is known only when it is asked for. */
    static final int UNKNOWN = Integer.MIN_VALUE;

    private final ProtocolModel protocol;
    private final Owner owner;
    private boolean bound;
    private int portid;
    private int rooms;
    private final BitSet groups = new BitSet();
    private boolean connected;
    private int dstPortid;
    private int dstGroup;

    /** What Linux asks and tells the protocol's owner, in this order. */
    private final List<String> hookCalls = new ArrayList<>();

    /** Those of them that say what changes: what an owner should be asked and told. */
    private final List<String> changes = new ArrayList<>();

    /** Groups that were joined although the answer should have been no. */
    private final List<Integer> leftOpen = new ArrayList<>();

    /** What is queued, of the process's own messages and those that it has the kernel send. */
    private final List<Due> due = new ArrayList<>();

    SocketModel(ProtocolModel protocol, Owner owner) {
        this.protocol = protocol;
        this.owner = owner;
    }

    ProtocolModel protocol() {
        return protocol;
    }

    boolean isBound() {
        return bound;
    }

    int portid() {
        return portid;
    }

    /** The kernel's choice has been asked for. */
    void setPortid(int chosen) {
        portid = chosen;
    }

    /** The groups 1 to 32, a bit each. */
    int mask() {
        int mask = 0;
        for (int bit = groups.nextSetBit(0); bit >= 0 && bit < Integer.SIZE; ) {
            mask |= 1 << bit;
            bit = groups.nextSetBit(bit + 1);
        }
        return mask;
    }

    BitSet groups() {
        return groups;
    }

    int dstPortid() {
        return dstPortid;
    }

    int dstGroup() {
        return dstGroup;
    }

    /** How many bytes a list of its groups has. */
    int listBytes() {
        return Math.ceilDiv(rooms, Integer.SIZE) * Integer.BYTES;
    }

    /** Takes what the owner is to be asked and told since the last time. */
    List<String> takeHookCalls() {
        List<String> calls = List.copyOf(hookCalls);
        hookCalls.clear();
        return calls;
    }

    /** As {@link #takeHookCalls}, but for those that change nothing. */
    List<String> takeChanges() {
        List<String> calls = List.copyOf(changes);
        changes.clear();
        return calls;
    }

    /** Takes those that were joined since the last time and should not have been. */
    List<Integer> takeLeftOpen() {
        List<Integer> taken = List.copyOf(leftOpen);
        leftOpen.clear();
        return taken;
    }

    private int ask(int group, boolean granted) {
        if (protocol.isAsked()) {
            note("bind ", group, !groups.get(group - 1));
        }
        int answer = protocol.answer(group, owner.isCapable());
        if (answer != 0 && granted && protocol.isLeftOpen(group)) {
            leftOpen.add(group);
            return 0;
        }
        return answer;
    }

    private void tell(int group, boolean changes) {
        if (protocol.isAsked()) {
            note("unbind ", group, changes);
        }
    }

    private void note(String what, int group, boolean isChange) {
        hookCalls.add(what + group);
        if (isChange) {
            changes.add(what + group);
        }
    }

    /** Takes what is to be read. */
    List<Due> takeDue() {
        List<Due> taken = List.copyOf(due);
        due.clear();
        return taken;
    }

    private int mayJoin(boolean isShort) {
        if (!protocol.anybodyReceives() && !owner.isCapable()) {
            return -Errno.EPERM;
        }
        if (isShort && rooms < protocol.groups()) {
            return -Errno.ENOMEM;
        }
        rooms = protocol.groups();
        return 0;
    }

    // ---- Calls ------------------------------------------------------------------------------

    /**
     * The result of a bind.
     *
     * @param granted whether it was not refused for want of privilege
     * @param isShort whether there was no memory
     */
    int bind(int wanted, int mask, boolean granted, boolean isShort) {
        int error = mask == 0 ? 0 : mayJoin(isShort);
        if (error != 0) {
            return error;
        }
        if (bound && wanted != portid) {
            return -Errno.EINVAL;
        }
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            if ((mask & 1 << bit) != 0) {
                error = ask(bit + 1, granted);
                if (error != 0) {
                    tellAll(mask, bit);
                    return error;
                }
            }
        }
        if (!bound) {
            error = wanted == 0 ? autobind() : insert(wanted);
            if (error != 0) {
                tellAll(mask, Integer.SIZE);
                return error;
            }
        }
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            boolean joins = (mask & 1 << bit) != 0;
            if (groups.get(bit) && !joins && protocol.isAsked()) {
                changes.add("unbind " + (bit + 1)); // nobody tells in Linux
            }
            groups.set(bit, joins);
        }
        return 0;
    }

    private void tellAll(int mask, int bits) {
        for (int bit = 0; bit < bits; bit++) {
            if ((mask & 1 << bit) != 0) {
                tell(bit + 1, !groups.get(bit));
            }
        }
    }

    private int insert(int wanted) {
        boolean taken = owner.bound(protocol, wanted) != null;
        portid = wanted; // left behind even if it is taken
        bound = !taken;
        return taken ? -Errno.EADDRINUSE : 0;
    }

    private int autobind() {
        boolean taken = owner.bound(protocol, owner.tgid()) != null;
        portid = taken ? UNKNOWN : owner.tgid();
        bound = true;
        return 0;
    }

    /**
     * The result of joining or leaving a group.
     *
     * @param granted whether it was not refused for want of privilege
     * @param isShort whether there was no memory
     */
    int change(int group, boolean join, boolean granted, boolean isShort) {
        int error = mayJoin(isShort);
        if (error != 0) {
            return error;
        }
        if (group <= 0 || group > rooms) {
            return -Errno.EINVAL;
        }
        if (join) {
            error = ask(group, granted);
            if (error != 0) {
                return error;
            }
        }
        boolean was = groups.get(group - 1);
        groups.set(group - 1, join);
        if (!join) {
            tell(group, was);
        }
        return 0;
    }

    private boolean maySend(SockaddrNl to) {
        return (to.pid() == 0 && to.groups() == 0) || protocol.anybodySends() || owner.isCapable();
    }

    int connect(SockaddrNl to) {
        if (to.family() == AddressFamily.AF_UNSPEC) {
            connected = false;
            dstPortid = 0;
            dstGroup = 0;
            return 0;
        }
        if (to.family() != AddressFamily.AF_NETLINK || to.length() < SockaddrNlLayout.SIZE) {
            return -Errno.EINVAL;
        }
        if (!maySend(to)) {
            return -Errno.EPERM;
        }
        if (!bound) {
            autobind();
        }
        connected = true;
        dstPortid = to.pid();
        dstGroup = lowest(to.groups());
        return 0;
    }

    private static int lowest(int mask) {
        return mask == 0 ? 0 : Integer.numberOfTrailingZeros(mask) + 1;
    }

    /** The result of sending {@code bytes} bytes; null: to whom it is connected to. */
    int send(@Nullable SockaddrNl to, int bytes, int number) {
        int target = dstPortid;
        int group = dstGroup;
        if (to != null) {
            if (to.family() != AddressFamily.AF_NETLINK || to.length() < SockaddrNlLayout.SIZE) {
                return -Errno.EINVAL;
            }
            if (!maySend(to)) {
                return -Errno.EPERM;
            }
            target = to.pid();
            group = lowest(to.groups());
        }
        if (!bound) {
            autobind();
        }
        if (group != 0) {
            var _ = tellGroup(owner, protocol, this, new Due(this, number, group), target);
        }
        if (target == 0) {
            return protocol.hasKernel() ? bytes : -Errno.ECONNREFUSED;
        }
        return tellOne(owner, protocol, new Due(this, number, group), target)
                ? bytes
                : -Errno.ECONNREFUSED;
    }

    /** Gives a message to the members of its group; whether there are any. */
    static boolean tellGroup(
            Owner owner,
            ProtocolModel protocol,
            @Nullable SocketModel from,
            Due message,
            int leftOut) {
        boolean any = false;
        for (SocketModel member : owner.sockets()) {
            if (member.protocol == protocol
                    && member != from
                    && member.groups.get(message.group - 1)
                    && member.portid != leftOut) {
                member.due.add(message);
                any = true;
            }
        }
        return any;
    }

    /** Gives a message to one, unless that takes those of somebody else only. */
    static boolean tellOne(Owner owner, ProtocolModel protocol, Due message, int portid) {
        SocketModel receiver = owner.bound(protocol, portid);
        int from = message.from == null ? 0 : message.from.portid;
        if (receiver == null || (receiver.connected && receiver.dstPortid != from)) {
            return false;
        }
        receiver.due.add(message);
        return true;
    }

    /** Whether others are to be told of its close. */
    boolean close() {
        for (int bit = groups.nextSetBit(0); bit >= 0; bit = groups.nextSetBit(bit + 1)) {
            tell(bit + 1, true);
        }
        groups.clear();
        return bound;
    }
}
