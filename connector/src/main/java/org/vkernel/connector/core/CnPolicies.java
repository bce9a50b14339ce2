package org.vkernel.connector.core;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.CnCtlMsgLayout;
import org.vkernel.connector.abi.CnMsgLayout;
import org.vkernel.connector.abi.CnNotifyReqLayout;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.workqueue.Workqueue;
import org.vkernel.emulator.workqueue.Workqueues;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.core.NetlinkInput;

/**
 * The lines of the connector that have been wrong in some Linux, as policies: what each does here
 * is the documented behaviour, and {@link CnVariants} puts the wrong ones in their place.
 */
final class CnPolicies {
    private CnPolicies() {}

    /** What {@code cn_rx_skb()} does with a datagram too short for a netlink header. */
    @FunctionalInterface
    interface ShortMessage {
        ShortMessage USUAL = skb -> {};

        /** Lets it go; {@code skb} stays the caller's. */
        void leave(SkBuff skb);
    }

    /** Which lengths {@code cn_rx_skb()} takes. */
    @FunctionalInterface
    interface MessageLength {
        MessageLength USUAL =
                (length, claimed, max) -> {
                    int payload = claimed - NlmsghdrLayout.NLMSG_HDRLEN; // signed, as in C
                    return payload >= CnMsgLayout.SIZE
                            && Integer.compareUnsigned(length, claimed) >= 0
                            && payload <= max;
                };

        /**
         * Whether a netlink message is whole and of a fair size.
         *
         * @param length bytes that there are, at least those of its header
         * @param claimed {@code nlmsg_len}, unsigned: the bytes that it claims to have
         * @param max the greatest payload
         */
        boolean isFair(int length, int claimed, int max);
    }

    /** When {@code cn_queue_add_callback()} sets the group of a new entry. */
    @FunctionalInterface
    interface GroupOfEntry {
        GroupOfEntry USUAL = () -> false;

        /** Whether that is before the entry can be found, and not after. */
        boolean isSetBeforeLinking();
    }

    /** What the connector's socket does with what is sent to it: the whole of its input. */
    interface RxInput extends NetlinkInput {}

    /** Whether the connector's queue is made before its socket. */
    @FunctionalInterface
    interface QueueBirth {
        QueueBirth USUAL = () -> false;

        boolean isFirst();
    }

    /** Whether the connector's queue goes behind its socket. */
    @FunctionalInterface
    interface QueueDeath {
        QueueDeath USUAL = () -> false;

        boolean isLast();
    }

    /** What is done when the connector goes about callbacks that nobody took off. */
    @FunctionalInterface
    interface LeftCallbacks {
        LeftCallbacks USUAL = (queue, left) -> left;

        /** The unlinked entries that keep the list's reference. */
        List<CallbackEntry> kept(CnQueue queue, List<CallbackEntry> left);
    }

    /** Who gets a message that names a port and a group. */
    @FunctionalInterface
    interface PortAndGroup {
        PortAndGroup USUAL = (path, skb, portid, gfp) -> 0;

        /**
         * Sends to the port, before the group's other members get it; {@code skb} stays the
         * caller's.
         *
         * @return more than 0 if the port has got it
         */
        int toPort(CnSendPath path, SkBuff skb, int portid, GfpMask gfp);
    }

    /** Of which work queue the queued era is. */
    @FunctionalInterface
    interface CallbackQueue {
        CallbackQueue USUAL = queues -> queues.create("cqueue");

        @Nullable Workqueue make(Workqueues queues);
    }

    /** Whose requests for notices a process may take back. */
    @FunctionalInterface
    interface TakeBack {
        TakeBack USUAL = (owner, pid) -> true;

        /** Both are process ids, 0 for modules. */
        boolean isAllowed(int owner, int pid);
    }

    /** Which groups anybody may join, where some may be. */
    @FunctionalInterface
    interface OpenGroups {
        OpenGroups USUAL = group -> (group >> (ConnectorId.CN_IDX_PROC - 1) & 1) != 0;

        boolean contains(int group);
    }

    /** Which size {@code cn_callback()} wants a request for notices to have. */
    @FunctionalInterface
    interface RequestSize {
        RequestSize USUAL =
                request ->
                        CnCtlMsgLayout.SIZE
                                + CnNotifyReqLayout.SIZE
                                        * (Integer.toUnsignedLong(request.idxNotifyNum())
                                                + Integer.toUnsignedLong(request.valNotifyNum()));

        /** The bytes that the request's counts ask for. */
        long of(CnCtlMsg request);
    }

    /** What {@code cn_notify()} holds to be in a range. */
    @FunctionalInterface
    interface RangeMatch {
        RangeMatch USUAL = CnNotifyReq::contains;

        /** Whether {@code number}, unsigned, is in {@code range}. */
        boolean isIn(CnNotifyReq range, int number);
    }

    /** Where {@code cn_notify()} begins to read the ranges of values. */
    @FunctionalInterface
    interface ValueCursor {
        ValueCursor USUAL = (idxCount, matched) -> idxCount;

        /**
         * The place of the first range of values among all ranges.
         *
         * @param idxCount how many ranges of indices there are, unsigned
         * @param matched the place of the one that matched
         */
        int start(int idxCount, int matched);
    }
}
