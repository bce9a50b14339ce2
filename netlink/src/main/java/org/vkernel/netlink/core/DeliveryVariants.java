package org.vkernel.netlink.core;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.sock.Sock;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.Variant.Category;
import org.vkernel.emulator.variant.VariantProvider;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.SockaddrNlLayout;
import org.vkernel.netlink.core.DeliveryPolicies.CongestionEnd;
import org.vkernel.netlink.core.DeliveryPolicies.DefaultCreds;
import org.vkernel.netlink.core.DeliveryPolicies.GroupError;
import org.vkernel.netlink.core.DeliveryPolicies.NoEnobufs;
import org.vkernel.netlink.core.DeliveryPolicies.Offer;
import org.vkernel.netlink.core.DeliveryPolicies.Overrun;
import org.vkernel.netlink.core.DeliveryPolicies.SendAddress;
import org.vkernel.netlink.core.DeliveryPolicies.SendRight;
import org.vkernel.netlink.core.DeliveryPolicies.TapBytes;
import org.vkernel.netlink.core.DeliveryPolicies.TimeLeft;
import org.vkernel.netlink.core.DeliveryPolicies.Vanished;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * The historical bugs of sending, queueing and receiving that a kernel can be booted with. Found by
 * {@link java.util.ServiceLoader}.
 */
public final class DeliveryVariants implements VariantProvider {
    private static final Variant TIMEOUT_RESTARTS =
            Variant.historicalBug("NL-01", "a sender's time-out begins anew at each retry")
                    .wrong("netlink_attachskb() is given the time-out, and gives none back")
                    .order("a full receiver, a sender with SO_SNDTIMEO, wake-ups without room")
                    .consequence("the sender waits longer than it asked for, perhaps for ever")
                    .replace(TimeLeft.class, usual -> (before, left) -> before)
                    .build();

    private static final Variant LENGTH_AFTER_QUEUEING =
            Variant.historicalBug("NL-03", "a message's length is read when it is queued already")
                    .category(Category.RACE)
                    .wrong("the sender hands skb->len to sk_data_ready() behind skb_queue_tail()")
                    .order("a sender queues | the receiver takes and frees | the sender reads")
                    .consequence("use after free of the sk_buff")
                    .replace(
                            Offer.class,
                            usual ->
                                    (sk, running, skb) -> {
                                        int charged = usual.to(sk, running, skb);
                                        if (charged != 0) {
                                            var _ = skb.len();
                                        }
                                        return charged;
                                    })
                    .build();

    private static final Variant CHECK_THEN_CHARGE =
            Variant.historicalBug("NL-07", "a receiver's budget is looked at before the charge")
                    .category(Category.RACE)
                    .wrong("sk_rmem_alloc is compared with sk_rcvbuf, signed, then added to")
                    .order("a sender looks | another one looks | both charge and queue")
                    .consequence(
                            "one message more than fits is queued, one for each such sender; with"
                                    + " the greatest SO_RCVBUFFORCE the charge wraps")
                    .replace(Offer.class, usual -> DeliveryVariants::checkThenCharge)
                    .build();

    private static int checkThenCharge(NetlinkSock sk, Task running, SkBuff skb) {
        if (sk.rmemAlloc() > sk.rcvbuf() || sk.isCongested()) {
            return 0;
        }
        int charged = sk.chargeRmem(skb.truesize());
        sk.own(skb);
        sk.queueCharged(skb);
        return charged == 0 ? 1 : charged;
    }

    private static final Variant NEITHER_TAKEN_NOR_WAITED =
            Variant.historicalBug("NL-10", "a message that fits to the byte is tried for ever")
                    .wrong(
                            "netlink_attachskb() takes what is below the budget, and waits only"
                                    + " where it is above")
                    .order("a receiver is filled to its last byte by a sender that may block")
                    .consequence("netlink_unicast() loops without sleeping: a soft lockup")
                    .replace(Offer.class, usual -> DeliveryVariants::belowBudgetOnly)
                    .build();

    private static int belowBudgetOnly(NetlinkSock sk, Task running, SkBuff skb) {
        int truesize = skb.truesize();
        int charged = sk.chargeRmem(truesize);
        boolean fits = charged == truesize || Integer.compareUnsigned(charged, sk.rcvbuf()) < 0;
        if (!fits || sk.isCongested()) {
            sk.unchargeRmem(truesize);
            return 0;
        }
        sk.own(skb);
        sk.queueCharged(skb);
        return charged;
    }

    private static final Variant PUT_TWICE =
            Variant.historicalBug("NL-11", "who has waited for a socket lets go of it twice")
                    .category(Category.RACE)
                    .wrong(
                            "netlink_attachskb() has dropped the reference when it asks for a"
                                    + " retry, and its caller drops it again if the socket is gone")
                    .order("a sender waits for room | the receiver closes | the sender retries")
                    .consequence("the socket is freed while others use it")
                    .replace(Vanished.class, usual -> Sock::put)
                    .build();

    private static final Variant ANYBODY_TO_ANYBODY =
            Variant.historicalBug("NL-12", "anybody may send to anybody's port")
                    .wrong("netlink_sendmsg() asks for a privilege for groups only")
                    .order("a process without rights sends to another one's port id")
                    .consequence("it can pass for the kernel, or for a privileged process")
                    .replace(SendRight.class, usual -> (portid, group) -> group != 0)
                    .build();

    private static final Variant KERNEL_CREDS =
            Variant.historicalBug("NL-13", "who gives no credentials is taken for the kernel")
                    .wrong("netlink_sendmsg() leaves process, user and group 0")
                    .order("a send without SCM_CREDENTIALS to a socket with SO_PASSCRED")
                    .consequence("the receiver takes any process for root")
                    .replace(DefaultCreds.class, usual -> (skb, sender) -> skb.setCreds(0, 0, 0))
                    .build();

    private static final Variant TAP_READS_ON =
            Variant.historicalBug("NL-17", "a tap is shown what lies behind a large message")
                    .category(Category.CONTEXT)
                    .wrong(
                            "netlink_to_full_skb() copies up to the buffer's end, not skb->len"
                                    + " bytes")
                    .order("a message of more than 3776 bytes, while a tap listens")
                    .consequence("the tap's reader gets memory that nobody has written")
                    .profiles(Profile.V6_1)
                    .replace(
                            TapBytes.class,
                            usual ->
                                    skb -> skb.isVirtual() ? TapBytes.toTheEnd(skb) : usual.of(skb))
                    .build();

    private static final Variant ERROR_SIGN =
            Variant.historicalBug("NL-18", "netlink_set_err() stores a negative error")
                    .wrong("the caller's negative code is put into sk_err, which is positive")
                    .order("netlink_set_err() with ENOBUFS, then recv")
                    .consequence("recv returns 105, as if it had received as many bytes")
                    .replace(
                            GroupError.class,
                            usual ->
                                    (sk, errno) -> {
                                        if (usual.isUnwanted(sk, errno)) {
                                            return true;
                                        }
                                        sk.setError(-errno);
                                        return false;
                                    })
                    .build();

    private static final Variant ERROR_UNWANTED =
            Variant.historicalBug("NL-18a", "netlink_set_err() tells who does not want to know")
                    .wrong("NETLINK_NO_ENOBUFS is not looked at")
                    .order("netlink_set_err() with ENOBUFS to a member that has the option set")
                    .consequence("the member gets an ENOBUFS that it has ruled out")
                    .replace(
                            GroupError.class,
                            usual ->
                                    (sk, errno) -> {
                                        sk.setError(errno);
                                        sk.reportError();
                                        return false;
                                    })
                    .build();

    private static final Variant ENDS_WITH_MESSAGE_ONLY =
            Variant.historicalBug("NL-21a", "a recv that returns an error ends no congestion")
                    .wrong("netlink_recvmsg() looks for the end only behind a message")
                    .order("no memory for a copy while the queue is empty, then recv of ENOBUFS")
                    .consequence("nothing is ever queued again, and so no message ends it")
                    .replace(
                            CongestionEnd.class,
                            usual -> (sk, hasTaken) -> hasTaken && usual.isHere(sk, hasTaken))
                    .build();

    private static final Variant ERROR_AT_EACH_DROP =
            Variant.historicalBug("NL-21b", "each lost message makes an ENOBUFS")
                    .wrong("netlink_overrun() sets sk_err although the socket is congested already")
                    .order("a receiver is full, and between its recvs more is lost")
                    .consequence("every other recv fails: the reader cannot catch up")
                    .replace(
                            Overrun.class,
                            usual ->
                                    sk -> {
                                        boolean first = usual.note(sk);
                                        if (!sk.hasFlag(NetlinkSock.F_RECV_NO_ENOBUFS)) {
                                            sk.setError(Errno.ENOBUFS);
                                            sk.reportError();
                                        }
                                        return first;
                                    })
                    .build();

    private static final Variant DROPS_UNCOUNTED =
            Variant.historicalBug("NL-21c", "what is lost with NETLINK_NO_ENOBUFS is not counted")
                    .wrong("netlink_overrun() leaves before it counts")
                    .order("a full receiver with the option set")
                    .consequence("messages are lost, and nothing in the system says so")
                    .replace(
                            Overrun.class,
                            usual ->
                                    sk ->
                                            !sk.hasFlag(NetlinkSock.F_RECV_NO_ENOBUFS)
                                                    && usual.note(sk))
                    .build();

    private static final Variant NEVER_ENDS =
            Variant.historicalBug("NL-21d", "senders are woken, but the congestion stays")
                    .wrong("netlink_rcv_wake() wakes without clearing the bit")
                    .order("an overrun, then the queue is read empty")
                    .consequence("an empty socket refuses all that comes")
                    .replace(
                            CongestionEnd.class,
                            usual -> (sk, hasTaken) -> sk.receiveQueue().isEmpty())
                    .build();

    private static final Variant OPTION_LEAVES_CONGESTION =
            Variant.historicalBug("NL-21e", "NETLINK_NO_ENOBUFS leaves a congestion as it is")
                    .wrong("netlink_setsockopt() sets the option, and no more")
                    .order("an overrun, then the option, then a recv that makes room")
                    .consequence("what would fit is lost until the queue has been read empty")
                    .replace(NoEnobufs.class, usual -> sk -> {})
                    .build();

    private static final Variant SHORT_SEND_ADDRESS =
            Variant.historicalBug("NL-55a", "netlink_sendmsg() reads beyond a short address")
                    .category(Category.CONTEXT)
                    .wrong("the length of the address is not looked at")
                    .order("sendto() with an address of 2 to 11 bytes")
                    .consequence("the receiver is what the kernel's stack holds behind them")
                    .replace(
                            SendAddress.class,
                            usual ->
                                    (sk, address) -> {
                                        reportShort(sk, "netlink_sendmsg()", address);
                                        return address.family() == AddressFamily.AF_NETLINK;
                                    })
                    .build();

    /** Linux takes what lies behind the address for its rest. */
    static void reportShort(NetlinkSock sk, String function, SockaddrNl address) {
        if (address.length() < SockaddrNlLayout.SIZE) {
            sk.netlink()
                    .kernel()
                    .report(
                            "out-of-bounds read",
                            function
                                    + " reads "
                                    + SockaddrNlLayout.SIZE
                                    + " bytes of an address of "
                                    + address.length(),
                            StackTraces.here(),
                            false);
        }
    }

    @Override
    public List<Variant> variants() {
        return ImmutableList.of(
                TIMEOUT_RESTARTS,
                LENGTH_AFTER_QUEUEING,
                CHECK_THEN_CHARGE,
                NEITHER_TAKEN_NOR_WAITED,
                PUT_TWICE,
                ANYBODY_TO_ANYBODY,
                KERNEL_CREDS,
                TAP_READS_ON,
                ERROR_SIGN,
                ERROR_UNWANTED,
                ENDS_WITH_MESSAGE_ONLY,
                ERROR_AT_EACH_DROP,
                DROPS_UNCOUNTED,
                NEVER_ENDS,
                OPTION_LEAVES_CONGESTION,
                SHORT_SEND_ADDRESS);
    }
}
