package org.vkernel.emulator.check;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * The broken rules that Linux itself has: reported as {@code known}, they neither count nor end a
 * run.
 */
public final class KnownCounterExamples {
    /**
     * One of them.
     *
     * @param rule the report's rule
     * @param what what the report's facts begin with
     * @param why what Linux does wrong
     */
    public record Entry(String rule, String what, String why) {}

    private static final ImmutableList<Entry> ENTRIES =
            ImmutableList.of(
                    new Entry(
                            "leak at module unload",
                            "cn_test is gone but left callback",
                            "cn_test's error path takes off its second id instead of its first"),
                    new Entry(
                            "connector callback used before its group is set",
                            "",
                            "cn_queue_add_callback() sets the group after the entry is linked"),
                    new Entry(
                            "connector callback runs after its removal",
                            "",
                            "cn_del_callback() does not wait for a sender that found the entry"),
                    new Entry(
                            "connector used before its queue is there",
                            "",
                            "cn_init() makes the socket before the queue"),
                    new Entry(
                            "remove_proc_entry() of a file that is not there",
                            "/proc/net/connector",
                            "cn_init() does not look whether its proc file could be made"),
                    new Entry(
                            "connector exit waits for callbacks that stay for ever",
                            "",
                            "cn_queue_free_dev() drops no reference of the entries it unlinks"),
                    new Entry(
                            "proc_input outlives its socket",
                            "",
                            "cn_release() frees it for members of group 1 only"),
                    new Entry(
                            "connector notice requests outlive the connector",
                            "",
                            "cn_fini() of the queued era leaves notify_list as it is"),
                    new Entry(
                            "connector notice request taken back by another",
                            "",
                            "cn_ctl_msg_equals() compares neither the group nor who asked"),
                    new Entry(
                            "connector message lost for want of memory",
                            "",
                            "cn_rx_skb() of the queued era tells nobody that a busy id had none"),
                    new Entry(
                            "connector callback runs on two CPUs at once",
                            "",
                            "the queue of that era has a worker for each CPU"));

    private KnownCounterExamples() {}

    /** All of them. */
    public static List<Entry> all() {
        return ENTRIES;
    }

    /** Whether a report with this rule and these facts is one of them. */
    public static boolean isKnown(String rule, String what) {
        return ENTRIES.stream()
                .anyMatch(entry -> entry.rule.equals(rule) && what.startsWith(entry.what));
    }
}
