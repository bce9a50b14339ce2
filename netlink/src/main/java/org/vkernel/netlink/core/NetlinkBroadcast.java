package org.vkernel.netlink.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.SharedList;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.core.DeliveryPolicies.GroupError;
import org.vkernel.netlink.core.DeliveryPolicies.Offer;

/**
 * Delivery to the members of a group.
 *
 * <p>Models {@code netlink_broadcast_filtered()}, {@code do_one_broadcast()} and {@code
 * netlink_set_err()}.
 */
final class NetlinkBroadcast {
    private final Netlink netlink;
    private final Scheduler sched;
    private final NetlinkCounters counters;
    private final NetlinkTrace trace;
    private final Offer offer;
    private final GroupError groupError;

    NetlinkBroadcast(Netlink netlink) {
        this.netlink = netlink;
        this.sched = netlink.sched();
        this.counters = netlink.counters();
        this.trace = netlink.trace();
        Variants variants = netlink.kernel().variants();
        this.offer = variants.policy(Offer.class, Offer.USUAL);
        this.groupError = variants.policy(GroupError.class, GroupError.USUAL);
    }

    /** One broadcast on its way ({@code struct netlink_broadcast_data}). */
    private static final class Round {
        final Task running;
        final NetlinkSock from;
        final SkBuff skb;
        final int portid;
        final int group;
        final GfpMask gfp;
        final @Nullable NetlinkTxFilter filter;
        final @Nullable Object filterData;

        /** The copy for the next member: left over where one did not take it. */
        @Nullable SkBuff copy;

        boolean failed;
        boolean lostByOneWhoAsked;
        boolean congested;
        boolean delivered;

        Round(
                Task running,
                NetlinkSock from,
                SkBuff skb,
                int portid,
                int group,
                GfpMask gfp,
                @Nullable NetlinkTxFilter filter,
                @Nullable Object filterData) {
            this.running = running;
            this.from = from;
            this.skb = skb;
            this.portid = portid;
            this.group = group;
            this.gfp = gfp;
            this.filter = filter;
            this.filterData = filterData;
        }
    }

    /**
     * Sends {@code message} to all members of {@code group} but {@code from} and those whose port
     * id is {@code portid}. Members that have no room lose it.
     *
     * <p>Models {@code netlink_broadcast_filtered()}.
     *
     * <p>Context: any; process if {@code gfp} allows blocking. Sleeps: if {@code gfp} allows it.
     * Ownership: {@code message} is taken.
     *
     * @return 0 if anybody got it; {@code -ESRCH} if nobody did; {@code -ENOBUFS} if a member lost
     *     it that has NETLINK_BROADCAST_ERROR set
     */
    int send(
            Task running,
            NetlinkSock from,
            SkBuff message,
            int portid,
            int group,
            GfpMask gfp,
            @Nullable NetlinkTxFilter filter,
            @Nullable Object filterData) {
        SkBuff skb = netlink.trim(message, gfp);
        Round round = new Round(running, from, skb, portid, group, gfp, filter, filterData);
        // Making a copy may sleep; the members stay as they are until all have been served.
        netlink.tableLock().lock(running);
        GroupMembers byGroup = from.table().byGroup();
        if (byGroup != null) {
            int count = byGroup.count(group);
            for (int i = 0; i < count; i++) {
                offer(byGroup.get(group, i), round);
            }
        } else {
            SharedList<NetlinkSock> members = from.table().members();
            for (SharedList.Node<NetlinkSock> node = members.firstLocked();
                    node != null;
                    node = members.nextLocked(node)) {
                offer(node.value(), round);
            }
        }
        skb.consume(running);
        netlink.tableLock().unlock();
        return finish(round);
    }

    private int finish(Round round) {
        SkBuff left = round.copy;
        if (round.lostByOneWhoAsked) {
            if (left != null) {
                left.free("SOCKET_RCVBUFF");
            }
            return -Errno.ENOBUFS;
        }
        if (left != null) {
            left.consume(round.running);
        }
        if (!round.delivered) {
            return -Errno.ESRCH;
        }
        if (round.congested && round.gfp.allowBlocking()) {
            sched.schedule(); // yield(): lets the receivers catch up
        }
        return 0;
    }

    /** Models {@code do_one_broadcast()}. */
    private void offer(NetlinkSock sk, Round round) {
        if (sk == round.from || sk.portid() == round.portid || !sk.isMember(round.group)) {
            return;
        }
        if (round.failed) {
            netlink.overrun(sk);
            lost(sk, round, "no memory");
            return;
        }
        sk.holdAwake();
        SkBuff copy = copyFor(round);
        if (copy == null) {
            netlink.overrun(sk);
            round.failed = true;
            lost(sk, round, "no memory");
            noteLoss(sk, round);
        } else if (isFiltered(sk, copy, round)) {
            round.copy = null;
            lost(sk, round, "filter");
            copy.free("SOCKET_FILTER");
        } else {
            deliver(sk, copy, round);
        }
        sk.putAwake();
    }

    /** The message itself for a member that is served while nobody else holds it, else a clone. */
    private static @Nullable SkBuff copyFor(Round round) {
        SkBuff copy = round.copy;
        if (copy != null) {
            return copy;
        }
        SkBuff skb = round.skb;
        if (skb.isShared()) {
            copy = skb.clone(round.running, round.gfp);
        } else {
            copy = skb.get();
            copy.orphan(); // an earlier member may still be charged for it
        }
        round.copy = copy;
        return copy;
    }

    private static boolean isFiltered(NetlinkSock sk, SkBuff copy, Round round) {
        NetlinkTxFilter filter = round.filter;
        return (filter != null && filter.isFiltered(sk, copy, round.filterData))
                || sk.isFiltered(copy);
    }

    /** Models {@code netlink_broadcast_deliver()}. */
    private void deliver(NetlinkSock sk, SkBuff copy, Round round) {
        int length = copy.len();
        int rmem = offer.to(sk, round.running, copy);
        if (rmem == 0) {
            netlink.overrun(sk);
            lost(sk, round, "full");
            noteLoss(sk, round);
            return;
        }
        round.copy = null;
        round.delivered = true;
        round.congested |= Integer.compareUnsigned(rmem, sk.rcvbuf() >>> 1) > 0;
        counters.queued(round.running);
        trace.deliver(sk, round.group, length);
    }

    private void lost(NetlinkSock sk, Round round, String why) {
        counters.dropped(round.running);
        trace.drop(sk, round.group, round.skb.len(), why);
    }

    private static void noteLoss(NetlinkSock sk, Round round) {
        if (sk.hasFlag(NetlinkSock.F_BROADCAST_SEND_ERROR)) {
            round.lostByOneWhoAsked = true;
        }
    }

    /**
     * Makes an error pending at the members of a group.
     *
     * <p>Models {@code netlink_set_err()}. Context: any. Sleeps: never.
     *
     * @param errno positive
     * @return how many members did not want to know, having NETLINK_NO_ENOBUFS set
     */
    int setError(NetlinkSock from, int portid, int group, int errno) {
        int unwilling = 0;
        netlink.tableLock().lock();
        GroupMembers byGroup = from.table().byGroup();
        if (byGroup != null) {
            int count = byGroup.count(group);
            for (int i = 0; i < count; i++) {
                unwilling += setOneError(byGroup.get(group, i), from, portid, group, errno) ? 1 : 0;
            }
        } else {
            SharedList<NetlinkSock> members = from.table().members();
            for (SharedList.Node<NetlinkSock> node = members.firstLocked();
                    node != null;
                    node = members.nextLocked(node)) {
                unwilling += setOneError(node.value(), from, portid, group, errno) ? 1 : 0;
            }
        }
        netlink.tableLock().unlock();
        return unwilling;
    }

    private boolean setOneError(
            NetlinkSock sk, NetlinkSock from, int portid, int group, int errno) {
        if (sk == from || sk.portid() == portid || !sk.isMember(group)) {
            return false;
        }
        return groupError.isUnwanted(sk, errno);
    }
}
