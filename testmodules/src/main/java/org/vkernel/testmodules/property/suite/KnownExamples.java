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
                                    + " keeps it from a socket that ignores events"),
                    new Entry(
                            38,
                            "a request that means nothing is remembered",
                            "CP-08",
                            "cn_proc_mcast_ctl() remembers an operation that it refuses, and an"
                                    + " IGNORE behind it counts"),
                    new Entry(
                            38,
                            "requests count, whoever asks",
                            "CP-08-6.1",
                            "up to 6.5 cn_proc_mcast_ctl() counts each LISTEN and each IGNORE,"
                                    + " whoever asks"),
                    new Entry(
                            38,
                            "a listener that has closed counts",
                            "CP-09-count",
                            "nothing takes a socket that closes out of the count"),
                    new Entry(
                            17,
                            "goes on behind its error",
                            "NL-42",
                            "__netlink_dump_start() leaves the dump armed when its first part"
                                    + " fails"),
                    new Entry(
                            17,
                            "refused for one that has failed",
                            "NL-42",
                            "__netlink_dump_start() leaves the dump armed when its first part"
                                    + " fails"),
                    new Entry(
                            39,
                            "bound and unbound otherwise than joined and left",
                            "NL-59",
                            "netlink_bind() and netlink_setsockopt() do not look whether a socket"
                                    + " is a member before they call the protocol's owner"),
                    new Entry(
                            40,
                            "an odd group is open to everybody",
                            "CP-12",
                            "cn_bind() takes the number of a group for a mask"));

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
