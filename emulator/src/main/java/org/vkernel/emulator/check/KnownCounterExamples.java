package org.vkernel.emulator.check;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The broken rules that Linux itself has: reported as {@code known}, they neither count nor end a
 * run.
 */
public final class KnownCounterExamples {
    /**
     * One of them.
     *
     * @param name the catalogue's name; of what it does not list, where it is
     * @param rule the report's rule
     * @param what what the report's facts begin with
     * @param why what Linux does wrong
     */
    public record Entry(String name, String rule, String what, String why) {}

    private static final ImmutableList<Entry> ENTRIES =
            ImmutableList.of(
                    new Entry(
                            "cn_test",
                            "leak at module unload",
                            "cn_test is gone but left callback",
                            "cn_test's error path takes off its second id instead of its first"),
                    new Entry(
                            "CN-14",
                            "connector callback used before its group is set",
                            "",
                            "cn_queue_add_callback() sets the group after the entry is linked"),
                    new Entry(
                            "CN-15",
                            "connector callback runs after its removal",
                            "",
                            "cn_del_callback() does not wait for a sender that found the entry"),
                    new Entry(
                            "CN-16",
                            "connector used before its queue is there",
                            "",
                            "cn_init() makes the socket before the queue"),
                    new Entry(
                            "cn_init",
                            "remove_proc_entry() of a file that is not there",
                            "/proc/net/connector",
                            "cn_init() does not look whether its proc file could be made"),
                    new Entry(
                            "CN-17",
                            "use after free",
                            "the connector's cqueue is used although cn_init() has failed",
                            "cn_init() that fails frees the queue before the socket"),
                    new Entry(
                            "CN-18",
                            "connector exit waits for callbacks that stay for ever",
                            "",
                            "cn_queue_free_dev() drops no reference of the entries it unlinks"),
                    new Entry(
                            "CP-09",
                            "proc_input outlives its socket",
                            "",
                            "cn_release() frees it for members of group 1 only"),
                    new Entry(
                            "CN-07",
                            "connector notice requests outlive the connector",
                            "",
                            "cn_fini() of the queued era leaves notify_list as it is"),
                    new Entry(
                            "CN-10",
                            "connector notice request taken back by another",
                            "",
                            "cn_ctl_msg_equals() compares neither the group nor who asked"),
                    new Entry(
                            "CN-13",
                            "connector message lost for want of memory",
                            "",
                            "cn_rx_skb() of the queued era tells nobody that a busy id had none"),
                    new Entry(
                            "CN-21",
                            "connector callback runs on two CPUs at once",
                            "",
                            "the queue of that era has a worker for each CPU"));

    private KnownCounterExamples() {}

    /** All of them. */
    public static List<Entry> all() {
        return ENTRIES;
    }

    /** The one that a report with this rule and these facts is an example of, or null. */
    public static @Nullable Entry of(String rule, String what) {
        for (Entry entry : ENTRIES) {
            if (entry.rule.equals(rule) && what.startsWith(entry.what)) {
                return entry;
            }
        }
        return null;
    }

    /** Whether a report with this rule and these facts is one of them. */
    public static boolean isKnown(String rule, String what) {
        return of(rule, what) != null;
    }
}
