package org.vkernel.netlink.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.locking.Rcu;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.sock.Sock;
import org.vkernel.emulator.sock.SockFlag;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.core.DeliveryPolicies.Offer;
import org.vkernel.netlink.core.DeliveryPolicies.TimeLeft;
import org.vkernel.netlink.core.DeliveryPolicies.Vanished;

/**
 * Delivery to one socket, that of a process or the kernel's.
 *
 * <p>Models {@code netlink_unicast()} and what it calls.
 */
final class NetlinkUnicast {
    private final Netlink netlink;
    private final Rcu rcu;
    private final boolean simulated;
    private final NetlinkCounters counters;
    private final NetlinkTrace trace;
    private final Offer offer;
    private final TimeLeft timeLeft;
    private final Vanished vanished;

    NetlinkUnicast(Netlink netlink) {
        this.netlink = netlink;
        this.rcu = netlink.kernel().rcu();
        this.simulated = netlink.sched().sim() != null;
        this.counters = netlink.counters();
        this.trace = netlink.trace();
        Variants variants = netlink.kernel().variants();
        this.offer = variants.policy(Offer.class, Offer.USUAL);
        this.timeLeft = variants.policy(TimeLeft.class, TimeLeft.USUAL);
        this.vanished = variants.policy(Vanished.class, Vanished.USUAL);
    }

    /**
     * Sends {@code message} to the socket of a port id.
     *
     * <p>Models {@code netlink_unicast()}.
     *
     * <p>Context: any if {@code nonblock}, else process. Sleeps: only if not {@code nonblock}.
     * Ownership: {@code message} is taken.
     *
     * @param from the sender's socket
     * @return the length of what was delivered; {@code -ECONNREFUSED} if nobody has the port id, or
     *     is connected to somebody else; {@code -EAGAIN} without room; {@code -EINTR} or {@code
     *     -ERESTARTSYS} woken by a signal
     */
    int send(Task running, NetlinkSock from, SkBuff message, int portid, boolean nonblock) {
        SkBuff skb = netlink.trim(message, null);
        long timeout = from.sndtimeo(nonblock);
        NetlinkSock waitedFor = null;
        for (; ; ) {
            NetlinkSock to = find(from, portid);
            if (to == null) {
                if (waitedFor != null) {
                    vanished.afterWait(waitedFor);
                }
                skb.free("NO_SOCKET");
                return -Errno.ECONNREFUSED;
            }
            if (to.isKernel()) {
                return hand(running, to, skb, from);
            }
            int length = skb.len();
            if (to.isFiltered(skb)) {
                return filtered(running, to, skb);
            }
            int passed = skb.len();
            if (offer.to(to, running, skb) != 0) {
                counters.queued(running);
                trace.deliver(to, 0, length);
                to.putAwake();
                return passed;
            }
            if (timeout == 0) {
                return refuse(to, skb, from);
            }
            long left = awaitRoom(running, to, skb, timeout);
            if (left < 0) {
                skb.free("INTERRUPTED");
                return (int) left;
            }
            timeout = timeLeft.of(timeout, left);
            waitedFor = to;
        }
    }

    /**
     * Models {@code netlink_getsockbyportid()}: the socket, held awake; null if it is not there or
     * takes unicasts of somebody else only.
     */
    private @Nullable NetlinkSock find(NetlinkSock from, int portid) {
        NetlinkTable table = from.table();
        NetlinkSock found;
        if (simulated) {
            rcu.readLock();
            found = table.lookup(portid, rcu);
            if (found != null) {
                found.holdAwake();
            }
            rcu.readUnlock();
        } else {
            found = table.lookup(portid); // the CPU that the caller holds is its read section
        }
        if (found != null && found.isConnected() && found.dstPortid() != from.portid()) {
            found.putAwake();
            return null;
        }
        return found;
    }

    private int filtered(Task running, NetlinkSock to, SkBuff skb) {
        int length = skb.len();
        counters.dropped(running);
        trace.drop(to, 0, length, "filter");
        skb.free("SOCKET_FILTER");
        to.putAwake();
        return length;
    }

    /** No room, and no time to wait for some. */
    private int refuse(NetlinkSock to, SkBuff skb, NetlinkSock from) {
        if (from.isKernel()) {
            netlink.overrun(to);
        }
        to.putAwake();
        skb.free("SOCKET_RCVBUFF");
        return -Errno.EAGAIN;
    }

    /**
     * Models the waiting part of {@code netlink_attachskb()}: sleeps until there may be room, or
     * the socket is gone. Drops the reference on {@code to}.
     *
     * @return the ticks that are left, or a negative errno if a signal came
     */
    private long awaitRoom(Task running, NetlinkSock to, SkBuff skb, long timeout) {
        to.holdAcrossSleep();
        WaitQueue.Entry entry = new WaitQueue.Entry(running, false);
        to.prepareToWaitForRoom(entry);
        int rmem = to.rmemAlloc();
        long left = timeout;
        boolean full = rmem != 0 && Integer.compareUnsigned(rmem + skb.truesize(), to.rcvbuf()) > 0;
        if ((full || to.isCongested()) && !to.has(SockFlag.DEAD)) {
            left = to.sleep(timeout);
        }
        to.finishWaitForRoom(entry);
        to.put();
        return running.signalPending() ? Sock.interruptedErrno(left) : left;
    }

    /**
     * Hands a message to the kernel, before the send returns.
     *
     * <p>Models {@code netlink_unicast_kernel()}. Ownership: {@code skb} is taken.
     */
    private int hand(Task running, NetlinkSock to, SkBuff skb, NetlinkSock from) {
        NetlinkInput input = to.input();
        if (input == null) {
            skb.free("NO_INPUT");
            to.putAwake();
            return -Errno.ECONNREFUSED;
        }
        int length = skb.len();
        to.chargeRmem(skb.truesize());
        to.own(skb);
        skb.setSender(from);
        if (!from.isKernel()) {
            to.beforeQueued(skb); // it has no queue: the kernel takes it at once
        }
        counters.handed(running);
        trace.input(to, skb.portid(), length);
        input.receive(skb);
        skb.consume(running);
        to.putAwake();
        return length;
    }
}
