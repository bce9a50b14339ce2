package org.vkernel.netlink.core;

import java.util.Arrays;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.process.Credentials;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.sock.Sock;
import org.vkernel.netlink.wire.SkBuffBytes;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * The lines on a message's way that have been wrong in some Linux, or still are, as policies: what
 * each does here is the reference's behaviour, and {@link DeliveryVariants} puts others in their
 * place.
 */
final class DeliveryPolicies {
    private DeliveryPolicies() {}

    /** How a message is charged to a socket and queued. */
    @FunctionalInterface
    interface Offer {
        Offer USUAL = Sock::offer;

        /** As {@link Sock#offer}. */
        int to(NetlinkSock sk, Task running, SkBuff skb);
    }

    /** What is left of a sender's time-out when it looks for room again. */
    @FunctionalInterface
    interface TimeLeft {
        TimeLeft USUAL = (before, left) -> left;

        /** In ticks; {@code left} is what the sleep returned, not negative. */
        long of(long before, long left);
    }

    /** What a sender does that has waited for a socket, and does not find it any more. */
    @FunctionalInterface
    interface Vanished {
        Vanished USUAL = sk -> {};

        /** The reference on {@code sk} was dropped when the wait ended. */
        void afterWait(NetlinkSock sk);
    }

    /** Which receivers {@code netlink_sendmsg()} asks for a privilege for. */
    @FunctionalInterface
    interface SendRight {
        SendRight USUAL = (portid, group) -> (portid | group) != 0;

        /** Whether not everybody may send there. */
        boolean isNeeded(int portid, int group);
    }

    /** Which credentials a message has whose sender gave none. */
    @FunctionalInterface
    interface DefaultCreds {
        DefaultCreds USUAL =
                (skb, sender) -> {
                    Credentials own = sender.credentials();
                    skb.setCreds(sender.tgid(), own.ruid(), own.rgid());
                };

        void give(SkBuff skb, UserProcess sender);
    }

    /** Which addresses {@code netlink_sendmsg()} takes. */
    @FunctionalInterface
    interface SendAddress {
        SendAddress USUAL = (sk, address) -> address.isWellFormed();

        boolean isTaken(NetlinkSock sk, SockaddrNl address);
    }

    /** Which bytes of an sk_buff a tap is shown. */
    @FunctionalInterface
    interface TapBytes {
        TapBytes USUAL = skb -> SkBuffBytes.of(skb).toByteArray();

        /** A copy for the tap. */
        byte[] of(SkBuff skb);

        /** The bytes from the message's begin to the end of its buffer. */
        static byte[] toTheEnd(SkBuff skb) {
            int from = skb.data();
            int to = from + skb.len() + skb.tailroom();
            byte[] head = skb.head();
            byte[] copy = Arrays.copyOfRange(head, from, to);
            if (to > head.length) {
                // Nobody has written there: what the memory's last owner has left behind.
                Arrays.fill(copy, head.length - from, copy.length, (byte) 0x6b);
            }
            return copy;
        }
    }

    /** What {@code netlink_set_err()} does to a member. */
    @FunctionalInterface
    interface GroupError {
        GroupError USUAL =
                (sk, errno) -> {
                    if (errno == Errno.ENOBUFS && sk.hasFlag(NetlinkSock.F_RECV_NO_ENOBUFS)) {
                        return true;
                    }
                    sk.setError(errno);
                    sk.reportError();
                    return false;
                };

        /** Makes the error pending; true if the member does not want to know of such. */
        boolean isUnwanted(NetlinkSock sk, int errno);
    }

    /** How a loss is noted at its receiver. */
    @FunctionalInterface
    interface Overrun {
        Overrun USUAL =
                sk -> {
                    boolean first =
                            !sk.hasFlag(NetlinkSock.F_RECV_NO_ENOBUFS) && sk.testAndSetCongested();
                    if (first) {
                        sk.setError(Errno.ENOBUFS);
                        sk.reportError();
                    }
                    sk.countDrop();
                    return first;
                };

        /** Counts it; whether it begins a congestion, which the receiver is told. */
        boolean note(NetlinkSock sk);
    }

    /** How a recv ends a congestion. */
    @FunctionalInterface
    interface CongestionEnd {
        CongestionEnd USUAL =
                (sk, hasTaken) -> {
                    if (!sk.receiveQueue().isEmpty()) {
                        return false;
                    }
                    sk.clearCongested();
                    return true;
                };

        /**
         * Ends the congestion of {@code sk}, if it is time to.
         *
         * @param hasTaken whether the recv has returned a message, not an error
         * @return whether senders may go on
         */
        boolean isHere(NetlinkSock sk, boolean hasTaken);
    }

    /** What setting NETLINK_NO_ENOBUFS does besides. */
    @FunctionalInterface
    interface NoEnobufs {
        NoEnobufs USUAL =
                sk -> {
                    sk.clearCongested();
                    sk.wakeSenders();
                };

        void isSet(NetlinkSock sk);
    }
}
