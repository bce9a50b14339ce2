package org.vkernel.connector.core;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.connector.abi.CnCtlMsgLayout;
import org.vkernel.connector.abi.CnMsgLayout;
import org.vkernel.connector.abi.CnNotifyReqLayout;
import org.vkernel.connector.core.CnPolicies.GroupOfEntry;
import org.vkernel.connector.core.CnPolicies.MessageLength;
import org.vkernel.connector.core.CnPolicies.RangeMatch;
import org.vkernel.connector.core.CnPolicies.RequestSize;
import org.vkernel.connector.core.CnPolicies.ShortMessage;
import org.vkernel.connector.core.CnPolicies.ValueCursor;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.VariantProvider;

/**
 * The historical bugs of the connector that a kernel can be booted with: slips of {@code
 * cn_rx_skb()} of either era, and of {@code cn_callback()} and {@code cn_notify()} of the queued
 * one; and the repair of one that it has still. Found by {@link java.util.ServiceLoader}.
 */
public final class CnVariants implements VariantProvider {
    /** Up to 4.3: a reference is taken before the length is looked at. */
    private static final Variant SHORT_MESSAGE_LEAK =
            Variant.historicalBug("CN-02", "a short message is leaked")
                    .wrong(
                            "cn_rx_skb() takes a reference, and drops it only where the datagram"
                                    + " holds a netlink header")
                    .consequence(
                            "each datagram of less than 16 bytes stays in memory, and charged to"
                                    + " the connector's socket")
                    .replace(
                            ShortMessage.class,
                            usual ->
                                    skb -> {
                                        var _ = skb.get();
                                        usual.leave(skb);
                                    })
                    .build();

    /** Up to 3.11. The comparison is unsigned: the other side of it is a {@code sizeof}. */
    private static final Variant HEADER_COUNTS_AS_PAYLOAD =
            Variant.historicalBug("CN-04", "the netlink header counts as payload")
                    .wrong(
                            "cn_rx_skb() holds nlmsg_len, which includes 16 bytes of header,"
                                    + " against the size of a cn_msg and the greatest payload")
                    .consequence(
                            "a message of 20 to 35 bytes is read beyond its end, and one of the"
                                    + " greatest 16 sizes is refused")
                    .replace(
                            MessageLength.class,
                            usual ->
                                    (length, claimed, max) ->
                                            Integer.compareUnsigned(claimed, CnMsgLayout.SIZE) >= 0
                                                    && Integer.compareUnsigned(length, claimed) >= 0
                                                    && Integer.compareUnsigned(claimed, max) <= 0)
                    .build();

    /** To this day. */
    private static final Variant GROUP_BEFORE_LINK =
            Variant.repair("CN-14", "the group is set before the entry is linked")
                    .wrong(
                            "cn_queue_add_callback() links the new entry, drops the lock, and only"
                                    + " then sets its group")
                    .consequence(
                            "a send without a group that comes in between goes to group 0: ESRCH,"
                                    + " though there are listeners")
                    .replace(GroupOfEntry.class, usual -> () -> true)
                    .build();

    /** Up to 2.6.32, as the two below. */
    private static final Variant COUNTS_WRAP =
            Variant.historicalBug("CN-08", "the counts of a request for notices overflow")
                    .wrong("cn_callback() adds and multiplies the two counts in 32 bits")
                    .consequence(
                            "a request with counts of 4294967295 and 2 but one range is kept, and"
                                    + " the next registration reads beyond it")
                    .profiles(Profile.V2_6_14)
                    .replace(
                            RequestSize.class,
                            usual ->
                                    request ->
                                            Integer.toUnsignedLong(
                                                    CnCtlMsgLayout.SIZE
                                                            + CnNotifyReqLayout.SIZE
                                                                    * (request.idxNotifyNum()
                                                                            + request
                                                                                    .valNotifyNum())))
                    .build();

    private static final Variant RANGE_WRAPS =
            Variant.historicalBug("CN-09", "the end of a range of ids wraps")
                    .wrong("cn_notify() adds first and range in 32 bits")
                    .consequence("a range that ends with 4294967295 matches nothing: no notice")
                    .profiles(Profile.V2_6_14)
                    .replace(
                            RangeMatch.class,
                            usual ->
                                    (range, number) ->
                                            Integer.compareUnsigned(number, range.first()) >= 0
                                                    && Integer.compareUnsigned(
                                                                    number,
                                                                    range.first() + range.range())
                                                            < 0)
                    .build();

    private static final Variant SHARED_CURSOR =
            Variant.historicalBug("CN-23", "a notice's match reads the wrong ranges")
                    .wrong(
                            "cn_notify() walks both lists with one cursor, which stops at the"
                                    + " range of indices that matched")
                    .consequence(
                            "the value is looked for from that range on: notices are lost, and"
                                    + " others come that nobody asked for")
                    .profiles(Profile.V2_6_14)
                    .replace(ValueCursor.class, usual -> (idxCount, matched) -> matched)
                    .build();

    @Override
    public List<Variant> variants() {
        return ImmutableList.of(
                SHORT_MESSAGE_LEAK,
                HEADER_COUNTS_AS_PAYLOAD,
                GROUP_BEFORE_LINK,
                COUNTS_WRAP,
                RANGE_WRAPS,
                SHARED_CURSOR);
    }
}
