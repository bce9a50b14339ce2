package org.vkernel.netlink.core;

import static com.google.common.base.Preconditions.checkState;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.locking.Rcu;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.SharedBitmap;
import org.vkernel.emulator.shared.SharedInt;
import org.vkernel.emulator.shared.SharedList;
import org.vkernel.emulator.shared.SharedMap;
import org.vkernel.emulator.shared.SharedRef;

/**
 * A protocol: its sockets by port id, its members of groups, and what its owner set up.
 *
 * <p>Models {@code struct netlink_table}. Port ids are looked up under RCU and changed under {@code
 * hashLock}; all else is read with the table locked and changed with it grabbed ({@link
 * NetlinkTableLock}).
 */
final class NetlinkTable {
    private final int protocol;
    private final SharedMap<NetlinkSock> byPortid;
    private final SpinLock hashLock;
    private final SharedList<NetlinkSock> members;
    private final @Nullable GroupMembers byGroup;
    private final SharedRef<SharedBitmap> listeners;
    private int listenersObject;
    private final SharedInt registered;
    private final SharedInt groups;
    private NetlinkKernelConfig config = NetlinkKernelConfig.DEFAULT;

    NetlinkTable(Scheduler sched, int protocol) {
        this.protocol = protocol;
        byPortid = new SharedMap<>(sched);
        hashLock = new SpinLock(sched, "netlink_hash");
        members = new SharedList<>(sched);
        byGroup = sched.sim() == null ? new GroupMembers() : null;
        listeners = new SharedRef<>(sched, null);
        registered = new SharedInt(sched, 0);
        groups = new SharedInt(sched, 0);
    }

    int protocol() {
        return protocol;
    }

    // ---- Port ids ---------------------------------------------------------------------------

    /**
     * The socket of a port id, or null ({@code netlink_lookup()}).
     *
     * @param rcu of which the caller is in a read section; that it is, is checked
     */
    @Nullable NetlinkSock lookup(int portid, Rcu rcu) {
        rcu.checkReading("netlink_lookup()");
        return lookup(portid);
    }

    /** The same without a check, where no task or the caller's CPU keeps the socket. */
    @Nullable NetlinkSock lookup(int portid) {
        return byPortid.get(Integer.toUnsignedLong(portid));
    }

    /** Models {@code rhashtable_lookup_insert_key()}: false if the port id is taken. */
    boolean insert(NetlinkSock sk, int portid) {
        boolean flags = hashLock.lockIrqsave();
        boolean inserted = byPortid.putIfAbsent(Integer.toUnsignedLong(portid), sk);
        hashLock.unlockIrqrestore(flags);
        return inserted;
    }

    void remove(int portid) {
        boolean flags = hashLock.lockIrqsave();
        byPortid.remove(Integer.toUnsignedLong(portid));
        hashLock.unlockIrqrestore(flags);
    }

    /** The sockets with a port id, in the order in which they got it. */
    SharedMap<NetlinkSock> byPortid() {
        return byPortid;
    }

    SpinLock hashLock() {
        return hashLock;
    }

    // ---- Groups -----------------------------------------------------------------------------

    /** The sockets that are members of any group, newest first ({@code mc_list}). */
    SharedList<NetlinkSock> members() {
        return members;
    }

    /** The members of each group; null where all are looked through. */
    @Nullable GroupMembers byGroup() {
        return byGroup;
    }

    /** Which groups have members, a bit each; null if the protocol is not registered. */
    @Nullable SharedBitmap listeners() {
        return listeners.rcuDereference();
    }

    /** As {@link #listeners}, without a point: for whoever has grabbed the table. */
    @Nullable SharedBitmap listenersNow() {
        return listeners.peek();
    }

    /** How many groups there are. */
    int groups() {
        return groups.getOnce();
    }

    void setGroups(int count) {
        groups.setOnce(count);
    }

    /** Makes the listeners' bitmap follow the members' groups. The table is grabbed. */
    void updateListeners() {
        SharedBitmap bits = listeners.rcuDereference();
        if (bits == null) {
            return;
        }
        int words = (groups() + Integer.SIZE - 1) / Integer.SIZE;
        for (int word = 0; word < words; word++) {
            int mask = 0;
            for (SharedList.Node<NetlinkSock> node = members.firstLocked();
                    node != null;
                    node = members.nextLocked(node)) {
                mask |= node.value().groupWord(word);
            }
            assignWord(bits, word, mask);
        }
    }

    /** Writes 32 bits, those that change. */
    static void assignWord(SharedBitmap bits, int word, int mask) {
        int before = (int) (bits.word(word / 2) >>> (word % 2 * Integer.SIZE));
        for (int rest = before ^ mask; rest != 0; rest &= rest - 1) {
            int bit = Integer.numberOfTrailingZeros(rest);
            bits.assign(word * Integer.SIZE + bit, (mask >>> bit & 1) != 0);
        }
    }

    /** See {@link Netlink#checkInvariants}. */
    void checkInvariants() {
        byPortid.forEach(NetlinkSock::checkInvariants);
        int words = (groups() + Integer.SIZE - 1) / Integer.SIZE;
        SharedBitmap bits = listeners.rcuDereference();
        for (int word = 0; word < words; word++) {
            int mask = 0;
            for (SharedList.Node<NetlinkSock> node = members.firstLocked();
                    node != null;
                    node = members.nextLocked(node)) {
                NetlinkSock member = node.value();
                mask |= member.groupWord(word);
                checkState(member.subscriptions() > 0, "%s is listed without a group", member);
            }
            for (int group = word * Integer.SIZE + 1; group <= (word + 1) * Integer.SIZE; group++) {
                checkByGroup(group);
            }
            int listed = bits == null ? 0 : (int) (bits.word(word / 2) >>> (word % 2 * 32));
            checkState(
                    bits == null || listed == mask,
                    "listeners of protocol %s from group %s on: %s, not %s",
                    protocol,
                    word * Integer.SIZE + 1,
                    Integer.toHexString(listed),
                    Integer.toHexString(mask));
        }
    }

    private void checkByGroup(int group) {
        if (byGroup == null) {
            return;
        }
        List<NetlinkSock> expected = new ArrayList<>(members.peekAll());
        expected.removeIf(sk -> !sk.isMember(group));
        List<NetlinkSock> known = new ArrayList<>();
        for (int i = 0; i < byGroup.count(group); i++) {
            known.add(byGroup.get(group, i));
        }
        checkState(known.equals(expected), "group %s: %s, not %s", group, known, expected);
    }

    // ---- Registration -----------------------------------------------------------------------

    /** Whether a socket of it can be made. */
    boolean isRegistered() {
        return registered.getOnce() != 0;
    }

    /** What its owner set up. */
    NetlinkKernelConfig config() {
        return config;
    }

    boolean allows(int configFlag) {
        return (config.flags() & configFlag) != 0;
    }

    void register(NetlinkKernelConfig owner, int groupCount, SharedBitmap bits) {
        groups.setOnce(groupCount);
        listeners.rcuAssign(bits);
        config = owner;
        registered.setOnce(1);
    }

    void unregister() {
        listeners.rcuAssign(null);
        config = NetlinkKernelConfig.DEFAULT;
        registered.setOnce(0);
    }

    /**
     * Notes the memory of the listeners' bitmap; returns that noted before. The table is grabbed.
     */
    int setListenersObject(int object) {
        int before = listenersObject;
        listenersObject = object;
        return before;
    }

    void setListeners(SharedBitmap bits) {
        listeners.rcuAssign(bits);
    }
}
