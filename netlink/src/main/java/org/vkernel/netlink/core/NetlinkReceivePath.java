package org.vkernel.netlink.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.sock.SockFlag;
import org.vkernel.netlink.abi.ControlMessage;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.core.DeliveryPolicies.CongestionEnd;
import org.vkernel.netlink.wire.ControlBuffer;

/**
 * What happens when a process receives.
 *
 * <p>Models {@code netlink_recvmsg()} and {@code skb_recv_datagram()}.
 */
public final class NetlinkReceivePath {
    /** The greatest buffer that is remembered: what fits 32 KiB with its overhead. */
    private static final int REMEMBERED_MAX = 32_768;

    private final NetlinkCounters counters;
    private final NetlinkTrace trace;
    private final NetlinkDumps dumps;
    private final int rememberedMax;
    private final CongestionEnd congestionEnd;

    NetlinkReceivePath(Netlink netlink) {
        this.counters = netlink.counters();
        this.trace = netlink.trace();
        this.dumps = netlink.dumps();
        this.congestionEnd =
                netlink.kernel().variants().policy(CongestionEnd.class, CongestionEnd.USUAL);
        this.rememberedMax = REMEMBERED_MAX - netlink.kernel().profile().sharedInfoBytes();
    }

    /**
     * Receives a message into {@code buffer}, cutting it to {@code length} bytes.
     *
     * <p>Models {@code netlink_recvmsg()}. A pending error comes before queued messages, and once.
     * What leaves the queue empty ends a congestion.
     *
     * <p>Context: process. Sleeps: without {@code MSG_DONTWAIT}, until a message comes.
     *
     * @param header where the sender's name, flags and control messages go; null if not wanted
     * @return how many bytes were copied, or with {@code MSG_TRUNC} the message's length; {@code
     *     -EOPNOTSUPP}; the pending error; {@code -EAGAIN}; {@code -EINTR} or {@code -ERESTARTSYS};
     *     {@code -EFAULT} for a message that is lost since {@code buffer} ends before it
     */
    public int recvmsg(
            Task running,
            NetlinkSock sk,
            byte[] buffer,
            int offset,
            int length,
            int flags,
            @Nullable MsgHdr header) {
        if ((flags & MsgFlag.MSG_OOB) != 0) {
            return -Errno.EOPNOTSUPP;
        }
        boolean peek = (flags & MsgFlag.MSG_PEEK) != 0;
        long timeout = sk.rcvtimeo((flags & MsgFlag.MSG_DONTWAIT) != 0);
        SkBuff skb;
        for (; ; ) {
            int error = sk.takeError();
            if (error != 0) {
                return fail(sk, peek, error);
            }
            skb = peek ? sk.peek() : sk.take(running);
            if (skb != null) {
                break;
            }
            if (timeout == 0) {
                return fail(sk, peek, -Errno.EAGAIN);
            }
            timeout = sk.awaitMessage(timeout);
            if (timeout < 0) {
                return fail(sk, peek, (int) timeout);
            }
        }
        int result = copy(sk, skb, buffer, offset, length, flags, header);
        if (!peek) {
            counters.received(running);
        }
        int from = skb.portid();
        skb.consume(running);
        if (sk.dump() != null) {
            dumps.goOn(sk);
        }
        wakeSenders(sk, true);
        trace.recv(sk, peek, from, result);
        return result;
    }

    private int fail(NetlinkSock sk, boolean peek, int error) {
        wakeSenders(sk, false);
        trace.recv(sk, peek, 0, error);
        return error;
    }

    private int copy(
            NetlinkSock sk,
            SkBuff skb,
            byte[] buffer,
            int offset,
            int length,
            int flags,
            @Nullable MsgHdr header) {
        if (length > sk.maxRecvmsgLen()) {
            remember(sk, length);
        }
        int whole = skb.len();
        int copied = Math.min(length, whole);
        if (offset < 0 || copied > buffer.length - offset) {
            return -Errno.EFAULT;
        }
        skb.copyToUser(buffer, offset, copied);
        if (header != null) {
            describe(sk, skb, copied < whole, flags, header);
        }
        return (flags & MsgFlag.MSG_TRUNC) != 0 ? whole : copied;
    }

    private void remember(NetlinkSock sk, int length) {
        int remembered = Math.min(length, rememberedMax);
        if (remembered > sk.maxRecvmsgLen()) {
            sk.setMaxRecvmsgLen(remembered);
        }
    }

    private static void describe(
            NetlinkSock sk, SkBuff skb, boolean isCut, int flags, MsgHdr header) {
        header.setName(skb.portid(), NetlinkBind.groupMask(skb.dstGroup()));
        if (isCut) {
            header.addFlags(MsgFlag.MSG_TRUNC);
        }
        if (sk.hasFlag(NetlinkSock.F_RECV_PKTINFO)) {
            put(header, NetlinkOption.SOL_NETLINK, NetlinkOption.NETLINK_PKTINFO, skb.dstGroup());
        }
        if (sk.has(SockFlag.PASSCRED)) {
            put(
                    header,
                    SocketOption.SOL_SOCKET,
                    ControlMessage.SCM_CREDENTIALS,
                    skb.credsPid(),
                    skb.credsUid(),
                    skb.credsGid());
        }
        if (sk.has(SockFlag.PASSSEC) && header.control() == null) {
            header.addFlags(
                    MsgFlag.MSG_CTRUNC); // a label is wanted; here nobody gives messages one
        }
        header.addFlags(flags & MsgFlag.MSG_CMSG_CLOEXEC);
    }

    private static void put(MsgHdr header, int level, int type, int... words) {
        ControlBuffer control = header.control();
        if (control == null || !control.put(level, type, words)) {
            header.addFlags(MsgFlag.MSG_CTRUNC);
        }
    }

    /**
     * Ends the congestion of a socket that has been read empty, and lets senders go on.
     *
     * <p>Models {@code netlink_rcv_wake()}.
     */
    private void wakeSenders(NetlinkSock sk, boolean hasTaken) {
        if (!sk.isCongested() || congestionEnd.isHere(sk, hasTaken)) {
            sk.wakeSenders();
        }
    }
}
