package org.vkernel.netlink.core;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.locking.Rcu;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.skb.SkBuffs;
import org.vkernel.netlink.abi.NlmFlag;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.wire.NlAttr;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.NlMsgHeader;
import org.vkernel.netlink.wire.SkBuffBytes;

/**
 * Answers in several parts, each made when the one before has been read.
 *
 * <p>Models {@code __netlink_dump_start()} and {@code netlink_dump()}.
 */
public final class NetlinkDumps {
    /** Before the filler has come to its end. */
    static final int NOT_DONE = Integer.MAX_VALUE;

    private final Rcu rcu;
    private final SkBuffs skbs;
    private final NetlinkCounters counters;
    private final Netlink netlink;

    /** The least room of a part ({@code NLMSG_GOODSIZE}). */
    private final int goodSize;

    NetlinkDumps(Netlink netlink) {
        this.netlink = netlink;
        this.rcu = netlink.kernel().rcu();
        this.skbs = netlink.kernel().skbs();
        this.counters = netlink.counters();
        this.goodSize = netlink.kernel().profile().largeUnicastThreshold();
    }

    /**
     * Starts a dump to the socket that sent {@code skb}, and makes its first part.
     *
     * <p>Models {@code __netlink_dump_start()}.
     *
     * <p>Context: process; sleeps. Ownership: {@code skb} stays the caller's; the dump takes a
     * reference of its own.
     *
     * <p>N.B. where the first part fails its error is returned, and the dump is under way
     * nevertheless: the asker's next recv goes on with it.
     *
     * @return {@code -EINTR} if the dump is under way, so that no acknowledgement is sent; {@code
     *     -ECONNREFUSED} if the asker has gone; {@code -EBUSY} if it has a dump already; {@code
     *     -EPROTONOSUPPORT} if the module is going; or what the start or the first part says
     */
    public int start(
            NetlinkSock kernelSocket, SkBuff skb, NlMsg request, NetlinkDump.Control control) {
        skb.get();
        rcu.readLock();
        NetlinkSock asker = kernelSocket.table().lookup(skb.portid());
        if (asker != null) {
            asker.hold();
        }
        rcu.readUnlock();
        if (asker == null) {
            skb.free("NO_SOCKET");
            return -Errno.ECONNREFUSED;
        }
        asker.callbackMutex().lock();
        int error = arm(asker, new NetlinkDump(skb, request, control));
        if (error == 0) {
            error = part(asker);
            asker.put();
            return error == 0 ? -Errno.EINTR : error;
        }
        asker.callbackMutex().unlock();
        asker.put();
        skb.free("NOT_SPECIFIED");
        return error;
    }

    private static int arm(NetlinkSock asker, NetlinkDump dump) {
        if (asker.dump() != null) {
            return -Errno.EBUSY;
        }
        NetlinkDump.Control control = dump.control();
        if (!control.module().tryGet()) {
            return -Errno.EPROTONOSUPPORT;
        }
        ToIntFunction<NetlinkDump> start = control.start();
        int error = start == null ? 0 : start.applyAsInt(dump);
        if (error != 0) {
            control.module().put();
            return error;
        }
        asker.setDumpDoneErrno(NOT_DONE);
        asker.setDump(dump);
        return 0;
    }

    /** Goes on with a dump, if the asker has read enough; what fails becomes its pending error. */
    void goOn(NetlinkSock asker) {
        if (asker.dump() == null || asker.rmemAlloc() > asker.rcvbuf() / 2) {
            return;
        }
        asker.callbackMutex().lock();
        int error = part(asker);
        if (error != 0) {
            asker.setError(-error);
            asker.reportError();
        }
    }

    /**
     * Makes a part. The asker's callback mutex is held, and released here.
     *
     * <p>Models {@code netlink_dump()}.
     */
    private int part(NetlinkSock asker) {
        NetlinkDump dump = asker.dump();
        if (dump == null) {
            asker.callbackMutex().unlock();
            return -Errno.EINVAL;
        }
        SkBuff skb = allocate(asker, dump);
        if (skb == null) {
            asker.callbackMutex().unlock();
            return -Errno.ENOBUFS;
        }
        if (asker.dumpDoneErrno() > 0) {
            dump.resetExtack();
            int filled = dump.control().filler().fill(skb, dump);
            if (filled == -Errno.EMSGSIZE && skb.len() != 0) {
                filled = skb.len(); // it filled this part up, and there is more
            }
            asker.setDumpDoneErrno(filled);
        }
        int roomForDone = NlMsgHeader.space(Integer.BYTES);
        if (asker.dumpDoneErrno() > 0 || skb.tailroom() < roomForDone) {
            asker.callbackMutex().unlock();
            queue(asker, skb);
            return 0;
        }
        putDone(asker, skb, dump);
        queue(asker, skb);
        Consumer<NetlinkDump> done = dump.control().done();
        if (done != null) {
            done.accept(dump);
        }
        asker.setDump(null);
        asker.callbackMutex().unlock();
        dump.control().module().put();
        dump.requestBuffer().consume();
        return 0;
    }

    /** A charged sk_buff that has exactly the room of a part, or null. */
    private @Nullable SkBuff allocate(NetlinkSock asker, NetlinkDump dump) {
        int least = Math.max(dump.control().minAlloc(), goodSize);
        int size = asker.maxRecvmsgLen();
        SkBuff skb = null;
        if (least < size) {
            skb =
                    skbs.alloc(
                            size,
                            GfpMask.KERNEL
                                    .without(GfpMask.Flag.DIRECT_RECLAIM)
                                    .with(GfpMask.Flag.NOWARN | GfpMask.Flag.NORETRY));
        }
        if (skb == null) {
            size = least;
            skb = skbs.alloc(size, GfpMask.KERNEL);
        }
        if (skb == null) {
            return null;
        }
        int truesize = skb.truesize();
        int rmem = asker.chargeRmem(truesize);
        if (rmem != truesize && Integer.compareUnsigned(rmem, asker.rcvbuf()) >= 0) {
            asker.unchargeRmem(truesize);
            skb.free("SOCKET_RCVBUFF");
            return null;
        }
        skb.reserve(skb.tailroom() - size);
        asker.own(skb);
        return skb;
    }

    private void queue(NetlinkSock asker, SkBuff skb) {
        if (asker.isFiltered(skb)) {
            counters.dropped(netlink.sched().current());
            skb.free("SOCKET_FILTER");
        } else {
            counters.queued(netlink.sched().current());
            netlink.trace().deliver(asker, 0, skb.len());
            asker.queueCharged(skb);
        }
    }

    /** Models {@code netlink_dump_done()}: there is room for the number. */
    private static void putDone(NetlinkSock asker, SkBuff skb, NetlinkDump dump) {
        String message = dump.extack().message();
        List<NlAttr> attributes =
                message != null && asker.hasFlag(NetlinkSock.F_EXT_ACK)
                        ? dump.extack().attributes(false)
                        : List.of();
        int errno = asker.dumpDoneErrno();
        boolean told =
                !attributes.isEmpty()
                        && dump.put(
                                skb,
                                NlmsgType.NLMSG_DONE,
                                NlmFlag.NLM_F_ACK_TLVS,
                                SkBuffBytes.numberAndAttributes(errno, attributes));
        if (!told) {
            byte[] number = SkBuffBytes.numberAndAttributes(errno, List.of());
            boolean put = dump.put(skb, NlmsgType.NLMSG_DONE, 0, number);
            assert put : "no room for the end of a dump";
        }
    }

    /** Ends a dump whose asker closes. Context: process; may sleep. */
    void terminate(NetlinkSock asker) {
        NetlinkDump dump = asker.dump();
        if (dump == null) {
            return;
        }
        Consumer<NetlinkDump> done = dump.control().done();
        if (done != null) {
            done.accept(dump);
        }
        dump.control().module().put();
        dump.requestBuffer().free("NOT_SPECIFIED");
        asker.setDump(null);
    }
}
