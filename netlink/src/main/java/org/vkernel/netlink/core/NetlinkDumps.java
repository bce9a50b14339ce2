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
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.abi.NlmFlag;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.core.DumpPolicies.EndInPart;
import org.vkernel.netlink.core.DumpPolicies.FirstPartFailure;
import org.vkernel.netlink.core.DumpPolicies.LargePartGfp;
import org.vkernel.netlink.core.DumpPolicies.LaterPartFailure;
import org.vkernel.netlink.core.DumpPolicies.PartBudget;
import org.vkernel.netlink.core.DumpPolicies.PartFailure;
import org.vkernel.netlink.core.DumpPolicies.PartRoom;
import org.vkernel.netlink.core.DumpPolicies.StartFailure;
import org.vkernel.netlink.core.DumpPolicies.StartedResult;
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

    private final StartFailure startFailure;
    private final PartFailure partFailure;
    private final FirstPartFailure firstPartFailure;
    private final LaterPartFailure laterPartFailure;
    private final EndInPart endInPart;
    private final GfpMask largePartGfp;
    private final PartRoom partRoom;
    private final PartBudget partBudget;
    private final int startedResult;

    NetlinkDumps(Netlink netlink) {
        this.netlink = netlink;
        this.rcu = netlink.kernel().rcu();
        this.skbs = netlink.kernel().skbs();
        this.counters = netlink.counters();
        this.goodSize = netlink.kernel().profile().largeUnicastThreshold();
        Variants variants = netlink.kernel().variants();
        startFailure = variants.policy(StartFailure.class, StartFailure.USUAL);
        partFailure = variants.policy(PartFailure.class, PartFailure.USUAL);
        firstPartFailure = variants.policy(FirstPartFailure.class, FirstPartFailure.USUAL);
        laterPartFailure = variants.policy(LaterPartFailure.class, LaterPartFailure.USUAL);
        endInPart = variants.policy(EndInPart.class, EndInPart.USUAL);
        largePartGfp = variants.policy(LargePartGfp.class, LargePartGfp.USUAL).mask();
        partRoom = variants.policy(PartRoom.class, PartRoom.USUAL);
        partBudget = variants.policy(PartBudget.class, PartBudget.USUAL);
        startedResult = variants.policy(StartedResult.class, StartedResult.USUAL).value();
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
        NetlinkSock asker = kernelSocket.table().lookup(skb.portid(), rcu);
        if (asker != null) {
            asker.hold();
        }
        rcu.readUnlock();
        if (asker == null) {
            skb.free("NO_SOCKET");
            return -Errno.ECONNREFUSED;
        }
        asker.callbackMutex().lock();
        NetlinkDump dump = new NetlinkDump(skb, request, control);
        int error = arm(asker, dump);
        if (error == 0) {
            error = part(asker);
            if (error != 0) {
                firstPartFailure.after(this, asker, dump);
            }
            asker.put();
            return error == 0 ? startedResult : error;
        }
        asker.callbackMutex().unlock();
        asker.put();
        skb.free("NOT_SPECIFIED");
        return error;
    }

    private int arm(NetlinkSock asker, NetlinkDump dump) {
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
            error = startFailure.after(asker, dump, error);
            if (error != 0) {
                return error;
            }
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
            laterPartFailure.tell(asker, error);
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
            partFailure.after(asker);
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
        if (asker.dumpDoneErrno() > 0 || !endInPart.isPut(skb, roomForDone)) {
            asker.callbackMutex().unlock();
            queue(asker, skb);
            return 0;
        }
        if (!putDone(asker, skb, dump)) {
            asker.callbackMutex().unlock();
            skb.free("NOT_SPECIFIED");
            return -Errno.ENOBUFS;
        }
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
            skb = skbs.alloc(size, largePartGfp);
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
        if (partBudget.isRefused(rmem, truesize, asker.rcvbuf())) {
            asker.unchargeRmem(truesize);
            skb.free("SOCKET_RCVBUFF");
            return null;
        }
        partRoom.limit(skb, size);
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

    /** Models {@code netlink_dump_done()}: whether there was room, as there always should be. */
    private static boolean putDone(NetlinkSock asker, SkBuff skb, NetlinkDump dump) {
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
        return told
                || dump.put(
                        skb,
                        NlmsgType.NLMSG_DONE,
                        0,
                        SkBuffBytes.numberAndAttributes(errno, List.of()));
    }

    /** Ends {@code dump}, unless somebody else has by now. Context: process; sleeps. */
    void giveUp(NetlinkSock asker, NetlinkDump dump) {
        asker.callbackMutex().lock();
        if (asker.dump() == dump) {
            terminate(asker);
        }
        asker.callbackMutex().unlock();
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
