package org.vkernel.testmodules.property.suite;

import com.google.common.collect.ImmutableList;
import org.jspecify.annotations.Nullable;

/**
 * The properties that Linux itself breaks, and how: each must keep being found, and is no failure.
 *
 * <p>What the kernel reports by itself stands in {@link
 * org.vkernel.emulator.check.KnownCounterExamples}.
 */
public final class KnownExamples {
    /**
     * One of them.
     *
     * @param property the property's number
     * @param kind how it is broken, as the property says it
     * @param name the catalogue's name
     * @param why what Linux does
     */
    public record Entry(int property, String kind, String name, String why) {}

    private static final ImmutableList<Entry> ENTRIES =
            ImmutableList.of(
                    new Entry(
                            7,
                            "out of order on several CPUs",
                            "CN-21",
                            "the queue of the queued era has a worker for each CPU, and a message"
                                    + " runs on the CPU that it was sent from"),
                    new Entry(
                            8,
                            "one that was looked up before",
                            "CN-15",
                            "cn_del_callback() does not wait for a sender that found the entry"),
                    new Entry(
                            9,
                            "lost while its id is added",
                            "CN-14",
                            "cn_queue_add_callback() sets the group after the entry is linked"),
                    new Entry(
                            9,
                            "the port that is named is left out",
                            "CN-19",
                            "cn_netlink_send() with a port and a group gives the port to"
                                    + " netlink_broadcast() as the one to leave out"),
                    new Entry(
                            13,
                            "its callback runs",
                            "CN-15",
                            "nothing pins a module whose callback a sender has found"),
                    new Entry(
                            36,
                            "it has an event's",
                            "CP-06",
                            "send_msg() writes the number of an event over the request's, which"
                                    + " cn_proc_ack() had put there"),
                    new Entry(
                            37,
                            "an IGNORE has no answer",
                            "CP-07",
                            "cn_proc_ack() tells nobody while nobody listens, and cn_filter()"
                                    + " keeps it from a socket that ignores events"));

    private KnownExamples() {}

    /** All of them. */
    public static ImmutableList<Entry> all() {
        return ENTRIES;
    }

    /** The entry that a violation is an example of, or null: then it is a failure. */
    public static @Nullable Entry of(Violation violation) {
        for (Entry entry : ENTRIES) {
            if (entry.property == violation.property().number()
                    && entry.kind.equals(violation.kind())) {
                return entry;
            }
        }
        return null;
    }
}
