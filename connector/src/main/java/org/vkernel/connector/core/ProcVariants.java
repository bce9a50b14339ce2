package org.vkernel.connector.core;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.abi.ProcEventLayout;
import org.vkernel.connector.core.CnPolicies.OpenGroups;
import org.vkernel.connector.core.ProcPolicies.AckDue;
import org.vkernel.connector.core.ProcPolicies.AckNumber;
import org.vkernel.connector.core.ProcPolicies.CountRight;
import org.vkernel.connector.core.ProcPolicies.EventBytes;
import org.vkernel.connector.core.ProcPolicies.EventGfp;
import org.vkernel.connector.core.ProcPolicies.NeverAsked;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.Variant.Category;
import org.vkernel.emulator.variant.VariantProvider;

/**
 * The historical bugs of process events, and repairs of those that Linux has. Found by {@link
 * java.util.ServiceLoader}.
 */
public final class ProcVariants implements VariantProvider {
    private static final byte STACK = 0x5a;

    private static final Variant STACK_LEAKS =
            Variant.historicalBug("CP-01", "events show what the stack held")
                    .wrong("the event is made on the stack, and only its own fields are written")
                    .order("an event that is smaller than the union: exec, sid, an acknowledgement")
                    .consequence("every listener gets up to 16 bytes of the kernel's stack")
                    .profiles(Profile.V6_1, Profile.V6_18)
                    .replace(EventBytes.class, ProcVariants::withRest)
                    .build();

    /** The kinds that have 4 or 8 bytes of their own; the rest is what lay there. */
    private static EventBytes withRest(EventBytes usual) {
        return (event, bytes, at) -> {
            usual.put(event, bytes, at);
            int data = ProcEventLayout.SIZE - ProcEventLayout.EVENT_DATA;
            int own =
                    switch (event) {
                        case ProcEvent.Ack ack -> Integer.BYTES;
                        case ProcEvent.Exec exec -> 2 * Integer.BYTES;
                        case ProcEvent.Sid sid -> 2 * Integer.BYTES;
                        default -> data;
                    };
            int begin = at + ProcEventLayout.EVENT_DATA;
            Arrays.fill(bytes, begin + own, begin + data, STACK);
        };
    }

    private static final Variant ANYBODY_COUNTS =
            Variant.historicalBug("CP-03", "anybody changes the count of listeners")
                    .wrong("cn_proc_mcast_ctl() asks for no privilege")
                    .order("a privileged process listens, an unprivileged one sends IGNORE")
                    .consequence("the events of the privileged one stop")
                    .profiles(Profile.V6_1)
                    .replace(CountRight.class, usual -> (kernel, sender) -> true)
                    .build();

    private static final Variant SLEEPS_UNDER_LOCK =
            Variant.historicalBug("CP-05", "an event's memory is waited for under a local lock")
                    .category(Category.CONTEXT)
                    .wrong("send_msg() allocates with GFP_KERNEL where preemption is off")
                    .order("any event while somebody listens")
                    .consequence("a sleeping function is called from an invalid context")
                    .profiles(Profile.V6_1, Profile.V6_18)
                    .replace(EventGfp.class, usual -> () -> GfpMask.KERNEL)
                    .build();

    private static final Variant ACK_HAS_REQUESTS_NUMBER =
            Variant.repair("CP-06", "an acknowledgement has its request's number")
                    .wrong("send_msg() overwrites the number with that of the CPU's next event")
                    .order("LISTEN with a sequence number of its own")
                    .consequence(
                            "who asked cannot tell which request is acknowledged, and an event's"
                                    + " number is used up")
                    .profiles(Profile.V6_1, Profile.V6_18)
                    .replace(
                            AckNumber.class,
                            usual ->
                                    (local, what, requestSeq) -> {
                                        local.note(what, 0);
                                        return requestSeq;
                                    })
                    .build();

    private static final Variant ACK_ALWAYS =
            Variant.repair("CP-07", "each request is acknowledged")
                    .wrong("cn_proc_ack() leaves where nobody listens")
                    .order("a request that is refused, or the last listener's IGNORE")
                    .consequence("who asked waits for an answer that nobody makes")
                    .profiles(Profile.V6_1)
                    .replace(AckDue.class, usual -> listeners -> true)
                    .build();

    private static final Variant NULL_USER_DATA =
            Variant.historicalBug("CP-11", "the filter follows the null of who never asked")
                    .wrong("cn_filter() reads sk_user_data without a look whether there is any")
                    .order("a member that never sent LISTEN, while another one listens: any event")
                    .consequence("null pointer dereference, in the task that the event is of")
                    .profiles(Profile.V6_18)
                    .replace(
                            NeverAsked.class,
                            usual ->
                                    () -> {
                                        throw new NullPointerException("sk_user_data is null");
                                    })
                    .build();

    private static final Variant GROUP_ONE_ONLY =
            Variant.repair("CP-12", "anybody joins the group of process events, and no other")
                    .wrong(
                            "cn_bind() takes the group's number for a mask, and tests its lowest bit")
                    .order("an unprivileged process joins group 3")
                    .consequence("it gets the messages of whoever uses that group")
                    .profiles(Profile.V6_18)
                    .replace(OpenGroups.class, usual -> group -> group == ConnectorId.CN_IDX_PROC)
                    .build();

    @Override
    public List<Variant> variants() {
        return ImmutableList.of(
                STACK_LEAKS,
                ANYBODY_COUNTS,
                SLEEPS_UNDER_LOCK,
                ACK_HAS_REQUESTS_NUMBER,
                ACK_ALWAYS,
                NULL_USER_DATA,
                GROUP_ONE_ONLY);
    }
}
