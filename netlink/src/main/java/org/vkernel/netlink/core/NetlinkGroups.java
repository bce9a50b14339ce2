package org.vkernel.netlink.core;

import java.util.function.IntConsumer;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.SharedBitmap;
import org.vkernel.emulator.shared.SharedList;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.core.SocketPolicies.AskedGroup;
import org.vkernel.netlink.core.SocketPolicies.HookCalls;
import org.vkernel.netlink.core.SocketPolicies.KnownGroup;

/**
 * Memberships: who is in which group, and the list and bitmap that follow from it.
 *
 * <p>Models {@code netlink_realloc_groups()}, {@code netlink_update_subscriptions()}, {@code
 * netlink_update_socket_mc()} and the group part of {@code netlink_bind()}.
 */
final class NetlinkGroups {
    private final Netlink netlink;
    private final NetlinkTableLock tableLock;
    private final Scheduler sched;
    private final Memory mm;
    private final KnownGroup knownGroup;
    private final AskedGroup askedGroup;
    private final HookCalls hookCalls;

    NetlinkGroups(Netlink netlink) {
        this.netlink = netlink;
        this.tableLock = netlink.tableLock();
        this.sched = netlink.sched();
        this.mm = netlink.kernel().mm();
        Variants variants = netlink.kernel().variants();
        this.knownGroup = variants.policy(KnownGroup.class, KnownGroup.USUAL);
        this.askedGroup = variants.policy(AskedGroup.class, AskedGroup.USUAL);
        this.hookCalls = variants.policy(HookCalls.class, HookCalls.USUAL);
    }

    /**
     * Whether the running process may join groups; makes room for them if so.
     *
     * @return 0; {@code -EPERM}; {@code -ENOENT} if the protocol is gone; {@code -ENOMEM}
     */
    int mayJoin(NetlinkSock sk) {
        if (!netlink.isAllowed(sk, NetlinkKernelConfig.NONROOT_RECV)) {
            return -Errno.EPERM;
        }
        return makeRoom(sk);
    }

    /** Models {@code netlink_realloc_groups()}. */
    private int makeRoom(NetlinkSock sk) {
        int error = 0;
        boolean flags = tableLock.grab();
        int groups = sk.table().groups();
        int before = sk.ngroups();
        if (!sk.table().isRegistered()) {
            error = -Errno.ENOENT;
        } else if (before < groups) {
            error = grow(sk, groups);
        }
        tableLock.ungrab(flags);
        return error;
    }

    private int grow(NetlinkSock sk, int groups) {
        int object = mm.kmalloc(NetlinkSockets.groupBytes(groups), GfpMask.ATOMIC);
        if (object == 0) {
            return -Errno.ENOMEM;
        }
        mm.kfree(sk.setGroupsObject(object));
        SharedBitmap joined = sk.groups();
        if (joined == null) {
            joined = new SharedBitmap(sched, groups);
        } else {
            joined.grow(groups);
        }
        sk.setGroups(joined, groups);
        return 0;
    }

    /**
     * Asks the protocol's owner about each group of {@code mask}; a refusal takes back what was
     * granted before it.
     */
    int ask(NetlinkSock sk, int mask) {
        NetlinkGroupHook hook = sk.bindHook();
        if (hook == null) {
            return 0;
        }
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            if ((mask & 1 << bit) != 0 && hookCalls.isTold(sk, bit + 1, true)) {
                int error = hook.bind(askedGroup.of(bit));
                if (error != 0) {
                    undo(sk, mask, bit);
                    return error;
                }
            }
        }
        return 0;
    }

    /** Models {@code netlink_undo_bind()}: tells the owner of the bits below {@code bits}. */
    void undo(NetlinkSock sk, int mask, int bits) {
        int asked = 0;
        for (int bit = 0; bit < bits; bit++) {
            if ((mask & 1 << bit) != 0 && hookCalls.isTold(sk, bit + 1, true)) {
                asked |= 1 << bit;
            }
        }
        tellLeft(sk, asked);
    }

    /** Tells the owner that {@code sk} is in none of these groups any more. */
    void tellLeft(NetlinkSock sk, int mask) {
        IntConsumer hook = sk.unbindHook();
        if (hook == null) {
            return;
        }
        for (int rest = mask; rest != 0; rest &= rest - 1) {
            hook.accept(askedGroup.of(Integer.numberOfTrailingZeros(rest)));
        }
    }

    /** Makes the groups 1 to 32 those of {@code mask}. Context: process; sleeps. */
    void replaceFirst32(NetlinkSock sk, int mask) {
        boolean flags = tableLock.grab();
        int before = sk.groupWord(0);
        SharedBitmap joined = sk.groups();
        if (joined != null) {
            updateSubscriptions(
                    sk, sk.subscriptions() + Integer.bitCount(mask) - Integer.bitCount(before));
            NetlinkTable.assignWord(joined, 0, mask);
            for (int rest = before ^ mask; rest != 0; rest &= rest - 1) {
                int bit = Integer.numberOfTrailingZeros(rest);
                noteMember(sk, bit + 1, (mask >>> bit & 1) != 0);
            }
            sk.table().updateListeners();
        }
        tableLock.ungrab(flags);
        if (joined != null) {
            hookCalls.replaced(this, sk, before, mask);
        }
    }

    /**
     * Joins or leaves one group.
     *
     * <p>Models the membership options of {@code netlink_setsockopt()}. Context: process; sleeps.
     *
     * @param group as the process gave it: unsigned, may not exist
     */
    int change(NetlinkSock sk, int group, boolean join) {
        int error = mayJoin(sk);
        if (error != 0) {
            return error;
        }
        if (!knownGroup.exists(sk, group)) {
            return -Errno.EINVAL;
        }
        boolean isTold = hookCalls.isTold(sk, group, join);
        NetlinkGroupHook bindHook = sk.bindHook();
        if (isTold && join && bindHook != null) {
            error = bindHook.bind(group);
            if (error != 0) {
                return error;
            }
        }
        boolean flags = tableLock.grab();
        update(sk, group, join);
        tableLock.ungrab(flags);
        IntConsumer unbindHook = sk.unbindHook();
        if (isTold && !join && unbindHook != null) {
            unbindHook.accept(group);
        }
        return 0;
    }

    /** Models {@code netlink_update_socket_mc()}. The table is grabbed. */
    void update(NetlinkSock sk, int group, boolean join) {
        SharedBitmap joined = sk.groups();
        if (joined == null) {
            return;
        }
        int before = joined.test(group - 1) ? 1 : 0;
        updateSubscriptions(sk, sk.subscriptions() - before + (join ? 1 : 0));
        joined.assign(group - 1, join);
        noteMember(sk, group, join);
        sk.table().updateListeners();
    }

    /** The table's index follows {@code sk}, if that is listed. */
    private static void noteMember(NetlinkSock sk, int group, boolean isMember) {
        GroupMembers byGroup = sk.table().byGroup();
        if (byGroup != null && sk.memberNode() != null) {
            byGroup.set(sk, group, isMember);
        }
    }

    /** Takes all members out of a group ({@code netlink_clear_multicast_users()}). */
    void clear(NetlinkSock kernelSocket, int group) {
        boolean flags = tableLock.grab();
        SharedList<NetlinkSock> members = kernelSocket.table().members();
        SharedList.Node<NetlinkSock> node = members.firstLocked();
        while (node != null) {
            SharedList.Node<NetlinkSock> next = members.nextLocked(node);
            update(node.value(), group, false);
            node = next;
        }
        tableLock.ungrab(flags);
    }

    private void updateSubscriptions(NetlinkSock sk, int count) {
        if (sk.subscriptions() != 0 && count == 0) {
            unlink(sk);
        } else if (sk.subscriptions() == 0 && count != 0) {
            sk.setMemberNode(sk.table().members().addFirst(sk));
            GroupMembers byGroup = sk.table().byGroup();
            if (byGroup != null) {
                byGroup.list(sk);
            }
        }
        sk.setSubscriptions(count);
    }

    /** Takes a socket off the members' list. The table is grabbed. */
    void unlink(NetlinkSock sk) {
        SharedList.Node<NetlinkSock> node = sk.memberNode();
        if (node != null) {
            GroupMembers byGroup = sk.table().byGroup();
            if (byGroup != null) {
                byGroup.unlist(sk);
            }
            sk.table().members().remove(node);
            sk.setMemberNode(null);
        }
    }
}
