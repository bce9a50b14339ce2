package org.vkernel.testmodules.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.BugReport;

/**
 * What came of a run.
 *
 * <p>Messages are counted in copies: a unicast is one, a multicast one for each member that it was
 * meant for. So {@code sent} is the sum of the other three.
 *
 * @param sent copies of netlink messages that were sent
 * @param delivered those that a process received, or that a kernel socket was handed
 * @param dropped those that a full receiver or no memory refused, or a filter took
 * @param unread those still queued when their socket was closed or the run ended
 * @param reports broken rules, the known ones included
 * @param failure why the run failed beside its reports, in one line; null if nothing else did
 * @param interrupted whether it was cut short
 * @param fingerprint a hash of all that happened; {@code "-"} on the parallel machine
 * @param schedule the answer to each choice, where the configuration asked to record them
 */
public record RunResult(
        long sent,
        long delivered,
        long dropped,
        long unread,
        ImmutableList<BugReport> reports,
        @Nullable String failure,
        boolean interrupted,
        String fingerprint,
        ImmutableIntArray schedule) {

    /** How many rules were broken that Linux itself does not break there. */
    public int bugReports() {
        return (int) reports.stream().filter(report -> !report.known()).count();
    }

    /** Whether nothing failed. */
    public boolean isOk() {
        return failure == null && bugReports() == 0;
    }

    /** The result in one line. */
    public String toLine() {
        String verdict = isOk() ? interrupted ? "interrupted" : "ok" : "failed";
        return String.format(
                "%s: %d messages sent, %d delivered, %d dropped, %d unread, %d bug reports,"
                        + " fingerprint %s",
                verdict, sent, delivered, dropped, unread, bugReports(), fingerprint);
    }
}
