package org.vkernel.connector.core;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.connector.core.CnPolicies.CallbackQueue;
import org.vkernel.connector.core.CnPolicies.LeftCallbacks;
import org.vkernel.connector.core.CnPolicies.PortAndGroup;
import org.vkernel.connector.core.CnPolicies.QueueBirth;
import org.vkernel.connector.core.CnPolicies.QueueDeath;
import org.vkernel.connector.core.CnPolicies.RxInput;
import org.vkernel.connector.core.CnPolicies.TakeBack;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.Variant.Category;
import org.vkernel.emulator.variant.VariantProvider;

/**
 * Historical bugs of the connector that are about its parts as a whole, and repairs of what Linux
 * still does. Found by {@link java.util.ServiceLoader}.
 */
public final class CnMoreVariants implements VariantProvider {
    private static final Variant FREED_TWICE =
            Variant.historicalBug("CN-01", "what is received is freed by two")
                    .category(Category.CONTEXT)
                    .wrong("cn_rx_skb() drops the reference of its caller, who drops it as well")
                    .order("any message to the connector")
                    .consequence("double free, or use after free where a worker still has it")
                    .replace(
                            RxInput.class,
                            usual ->
                                    skb -> {
                                        usual.receive(skb);
                                        skb.free("NOT_SPECIFIED");
                                    })
                    .build();

    private static final Variant SENDER_UNKNOWN =
            Variant.historicalBug("CN-06", "callbacks do not see who sends")
                    .wrong("a callback is given the message, and the credentials of nobody")
                    .order("an unprivileged process sends what only root should")
                    .consequence("the callback cannot refuse it, and does it")
                    .replace(
                            RxInput.class,
                            usual ->
                                    skb -> {
                                        skb.setCreds(0, 0, 0);
                                        usual.receive(skb);
                                    })
                    .build();

    private static final Variant OWN_REQUESTS_ONLY =
            Variant.repair("CN-10", "a process takes back its own requests only")
                    .wrong("cn_ctl_msg_equals() compares ranges, not who asked")
                    .order("two processes ask for the same notices, one takes its request back")
                    .consequence("the other one is not told any more either")
                    .profiles(Profile.V2_6_14)
                    .replace(TakeBack.class, usual -> (owner, pid) -> owner == pid)
                    .build();

    private static final Variant QUEUE_FIRST =
            Variant.repair("CN-16", "the queue is there before the socket")
                    .category(Category.RACE)
                    .wrong("cn_init() makes the socket, then the queue that its input needs")
                    .order("insmod makes the socket | a process sends | insmod makes the queue")
                    .consequence("null pointer dereference")
                    .replace(QueueBirth.class, usual -> () -> true)
                    .build();

    private static final Variant SOCKET_GOES_FIRST =
            Variant.repair("CN-17", "the socket goes before the queue")
                    .category(Category.RACE)
                    .wrong("cn_fini() frees the queue, then the socket whose input needs it")
                    .order(
                            "rmmod frees the queue | a process sends, whose socket does not pin the"
                                    + " module (NL-04) | rmmod frees the socket")
                    .consequence("use after free of the queue")
                    .replace(QueueDeath.class, usual -> () -> true)
                    .build();

    private static final Variant EXIT_RELEASES =
            Variant.repair("CN-18", "the connector lets go of callbacks that are left")
                    .wrong("cn_queue_free_dev() unlinks entries, and keeps the list's references")
                    .order("a callback is added and never taken off, then the connector goes")
                    .consequence("rmmod of the connector waits for ever")
                    .replace(
                            LeftCallbacks.class,
                            usual ->
                                    (queue, left) -> {
                                        left.forEach(queue::release);
                                        return List.of();
                                    })
                    .build();

    private static final Variant PORT_AS_WELL =
            Variant.repair("CN-19", "a port and a group both get the message")
                    .wrong("cn_netlink_send_mult() hands the port to the broadcast, which skips it")
                    .order("a message to a port that is a member, and to its group")
                    .consequence("the port named gets nothing; alone in the group: ESRCH")
                    .replace(PortAndGroup.class, usual -> CnSendPath::toPortAlso)
                    .build();

    private static final Variant ONE_WORKER =
            Variant.repair("CN-21", "callbacks run one after the other")
                    .category(Category.RACE)
                    .wrong("the queue of callbacks has a worker for each CPU")
                    .order("a process sends from CPU 0, then from CPU 1 | CPU 1's worker is first")
                    .consequence("messages are reordered, and a callback runs twice at once")
                    .profiles(Profile.V2_6_14)
                    .replace(
                            CallbackQueue.class,
                            usual -> queues -> queues.createSinglethread("cqueue"))
                    .build();

    @Override
    public List<Variant> variants() {
        return ImmutableList.of(
                FREED_TWICE,
                SENDER_UNKNOWN,
                OWN_REQUESTS_ONLY,
                QUEUE_FIRST,
                SOCKET_GOES_FIRST,
                EXIT_RELEASES,
                PORT_AS_WELL,
                ONE_WORKER);
    }
}
