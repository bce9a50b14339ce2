package org.vkernel.netlink.core;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.Variant.Category;
import org.vkernel.emulator.variant.VariantProvider;
import org.vkernel.netlink.core.DumpPolicies.AckOption;
import org.vkernel.netlink.core.DumpPolicies.Cleanup;
import org.vkernel.netlink.core.DumpPolicies.EndInPart;
import org.vkernel.netlink.core.DumpPolicies.FirstPartFailure;
import org.vkernel.netlink.core.DumpPolicies.LargePartGfp;
import org.vkernel.netlink.core.DumpPolicies.LaterPartFailure;
import org.vkernel.netlink.core.DumpPolicies.NobodyListens;
import org.vkernel.netlink.core.DumpPolicies.PartBudget;
import org.vkernel.netlink.core.DumpPolicies.PartFailure;
import org.vkernel.netlink.core.DumpPolicies.PartRoom;
import org.vkernel.netlink.core.DumpPolicies.StartFailure;
import org.vkernel.netlink.core.DumpPolicies.StartedResult;

/**
 * The historical bugs of dumps, acknowledgements and notifications that a kernel can be booted
 * with. Found by {@link java.util.ServiceLoader}.
 */
public final class DumpVariants implements VariantProvider {
    private static final Variant SECOND_PART_NEVER =
            Variant.historicalBug("NL-09", "a dump's part larger than the budget is refused")
                    .wrong(
                            "netlink_dump() holds a part against the receive buffer also where it"
                                    + " is the only one")
                    .order("a small SO_RCVBUF, one recv with a large buffer, then a dump")
                    .consequence("each part is larger than the budget: ENOBUFS, for ever")
                    .replace(
                            PartBudget.class,
                            usual ->
                                    (rmem, truesize, rcvbuf) ->
                                            Integer.compareUnsigned(rmem, rcvbuf) >= 0)
                    .build();

    private static final Variant NOTIFY_ESRCH =
            Variant.historicalBug("NL-19", "a notification that nobody wants is an error")
                    .wrong("nlmsg_notify() hands on what the broadcast to an empty group returned")
                    .order("a notification to a group without members")
                    .consequence("the caller gets ESRCH, and undoes what it has done")
                    .replace(NobodyListens.class, usual -> () -> -Errno.ESRCH)
                    .build();

    private static final Variant START_ERROR_IGNORED =
            Variant.historicalBug("NL-31", "a dump goes on although its start has failed")
                    .wrong("__netlink_dump_start() does not look at what start() returns")
                    .order("a request whose start() fails")
                    .consequence("parts are made from a state that was never set up")
                    .replace(StartFailure.class, usual -> (asker, dump, error) -> 0)
                    .build();

    private static final Variant START_ERROR_STAYS_ARMED =
            Variant.historicalBug("NL-31a", "a dump whose start has failed counts as running")
                    .wrong("__netlink_dump_start() sets cb_running before it calls start()")
                    .order("a request whose start() fails, another one, then close")
                    .consequence(
                            "the socket answers EBUSY from then on, and its close ends a dump that"
                                    + " never began")
                    .replace(
                            StartFailure.class,
                            usual ->
                                    (asker, dump, error) -> {
                                        asker.setDump(dump);
                                        return usual.after(asker, dump, error);
                                    })
                    .build();

    private static final Variant START_KEEPS_MODULE =
            Variant.historicalBug("NL-32", "a dump whose start has failed pins its module")
                    .wrong("__netlink_dump_start() leaves without module_put()")
                    .order("a request whose start() fails, then rmmod")
                    .consequence("the module can never be unloaded again")
                    .replace(StartFailure.class, usual -> (asker, dump, error) -> error)
                    .build();

    private static final Variant DONE_LOST =
            Variant.historicalBug("NL-33", "a dump's end is lost where its last part is full")
                    .wrong("netlink_dump() puts NLMSG_DONE whether or not there is room for it")
                    .order("the last entries leave less than 20 bytes of a part")
                    .consequence("the part is thrown away: ENOBUFS, and entries are missing")
                    .replace(EndInPart.class, usual -> (skb, bytes) -> true)
                    .build();

    private static final Variant MUTEX_KEPT =
            Variant.historicalBug("NL-34", "a dump without memory keeps its mutex")
                    .category(Category.CONTEXT)
                    .wrong("netlink_dump() returns from a failed allocation with cb_mutex held")
                    .order("the allocation of a part fails, then the next recv or dump")
                    .consequence("whoever comes next waits for ever")
                    .replace(PartFailure.class, usual -> asker -> {})
                    .build();

    private static final Variant LATER_ERROR_IGNORED =
            Variant.historicalBug("NL-35", "a dump that cannot go on says nothing")
                    .category(Category.CONTEXT)
                    .wrong("netlink_recvmsg() does not look at what netlink_dump() returns")
                    .order("the allocation of a part but the first fails")
                    .consequence("the reader waits for a part that nobody makes")
                    .replace(LaterPartFailure.class, usual -> (asker, error) -> {})
                    .build();

    private static final Variant DONE_IN_DESTRUCTOR =
            Variant.historicalBug("NL-36", "an unfinished dump ends in the socket's destructor")
                    .category(Category.CONTEXT)
                    .wrong("done() is called when the last reference goes, not at close")
                    .order("a dump begins, its socket is closed, the last reference goes in RCU")
                    .consequence("done(), which may sleep, runs in softirq context")
                    .replace(
                            Cleanup.class,
                            usual ->
                                    new Cleanup() {
                                        @Override
                                        public void closed(NetlinkDumps dumps, NetlinkSock asker) {}

                                        @Override
                                        public void destructed(
                                                NetlinkDumps dumps, NetlinkSock asker) {
                                            dumps.terminate(asker);
                                        }
                                    })
                    .build();

    private static final Variant PART_TOO_LARGE =
            Variant.historicalBug("NL-38", "a part is as large as its memory")
                    .wrong("netlink_dump() lets the filler use what kmalloc() has rounded up")
                    .order("each recv with a buffer of the size that was asked for")
                    .consequence("the part does not fit the buffer: MSG_TRUNC, entries are lost")
                    .replace(PartRoom.class, usual -> (skb, bytes) -> {})
                    .build();

    private static final Variant LARGE_PART_RECLAIMS =
            Variant.historicalBug("NL-39", "a large part is worth reclaiming memory")
                    .category(Category.CONTEXT)
                    .wrong("netlink_dump() asks for up to 32 KiB at once with plain GFP_KERNEL")
                    .order("a dump after a recv with a large buffer, while memory is short")
                    .consequence(
                            "the reader waits until memory has been reclaimed, though a"
                                    + " smaller part would do")
                    .replace(LargePartGfp.class, usual -> () -> GfpMask.KERNEL)
                    .build();

    private static final Variant ACK_OF_STARTED =
            Variant.historicalBug("NL-41", "a dump that has started is acknowledged as well")
                    .wrong("netlink_dump_start() returns 0 where it has begun")
                    .order("a request with NLM_F_DUMP and NLM_F_ACK")
                    .consequence("the asker gets NLMSG_ERROR 0 amid the parts: two answers")
                    .replace(StartedResult.class, usual -> () -> 0)
                    .build();

    private static final Variant FIRST_PART_DISARMS =
            Variant.repair("NL-42", "a dump whose first part has failed is over")
                    .category(Category.CONTEXT)
                    .wrong(
                            "__netlink_dump_start() answers with an error, and leaves the dump"
                                    + " armed")
                    .order("the allocation of the first part fails, then recv of the error")
                    .consequence("the dump goes on behind its error; another one gets EBUSY")
                    .replace(
                            FirstPartFailure.class,
                            usual -> (dumps, asker, dump) -> dumps.giveUp(asker, dump))
                    .build();

    private static final Variant EXT_ACK_READ_TWICE =
            Variant.historicalBug("NL-43", "an answer is filled by an option that has changed")
                    .category(Category.RACE)
                    .wrong(
                            "netlink_ack() reads NETLINK_EXT_ACK for the size, and once more to"
                                    + " fill")
                    .order("an answer is sized | another thread sets the option | it is filled")
                    .consequence("the attributes are put behind the end of the sk_buff")
                    .replace(
                            AckOption.class,
                            usual -> (asker, seen) -> asker.hasFlag(NetlinkSock.F_EXT_ACK))
                    .build();

    @Override
    public List<Variant> variants() {
        return ImmutableList.of(
                SECOND_PART_NEVER,
                NOTIFY_ESRCH,
                START_ERROR_IGNORED,
                START_ERROR_STAYS_ARMED,
                START_KEEPS_MODULE,
                DONE_LOST,
                MUTEX_KEPT,
                LATER_ERROR_IGNORED,
                DONE_IN_DESTRUCTOR,
                PART_TOO_LARGE,
                LARGE_PART_RECLAIMS,
                ACK_OF_STARTED,
                FIRST_PART_DISARMS,
                EXT_ACK_READ_TWICE);
    }
}
