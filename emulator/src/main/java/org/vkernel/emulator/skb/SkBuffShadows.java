package org.vkernel.emulator.skb;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.check.Reporter;
import org.vkernel.emulator.sched.Scheduler;

/** The checkers of a kernel's sk_buffs. */
final class SkBuffShadows {
    private final Scheduler sched;
    private final Reporter reporter;
    private final boolean reportsMemory;
    private final boolean hasShadows;

    /** Those that live and have a shadow; on the simulated machine in the order of allocation. */
    private final Set<SkBuff> known;

    SkBuffShadows(Scheduler sched, Set<Check> checks, Reporter reporter) {
        this.sched = sched;
        this.known = sched.sim() != null ? new LinkedHashSet<>() : ConcurrentHashMap.newKeySet();
        this.reporter = reporter;
        this.reportsMemory = checks.contains(Check.MEMORY);
        this.hasShadows = sched.notesHolders() && (reportsMemory || checks.contains(Check.LEAKS));
    }

    /** Whether anybody is told of the use of an sk_buff that was freed. */
    boolean areWatched() {
        return hasShadows || reportsMemory;
    }

    @Nullable SkBuffShadow make() {
        return hasShadows ? new SkBuffShadow(sched) : null;
    }

    void remember(SkBuff skb) {
        if (hasShadows) {
            known.add(skb);
        }
    }

    void forget(SkBuff skb) {
        known.remove(skb);
    }

    /** Reports one that nobody holds any more; whether that is watched. */
    boolean reportDead(String rule, @Nullable SkBuffShadow shadow) {
        if (reportsMemory) {
            reporter.report(
                    rule,
                    "its last holder has let go of it",
                    shadow == null ? ImmutableList.of() : shadow.places());
        }
        return reportsMemory;
    }

    /** Reports one of which so many references were taken that it is never freed. */
    void reportSaturated(SkBuff skb) {
        Reporter counts = sched.refReporter();
        if (counts != null) {
            SkBuffShadow shadow = skb.shadow();
            counts.report(
                    "refcount_t: saturated; leaking memory",
                    "users of " + skb,
                    shadow == null ? ImmutableList.of() : shadow.places());
        }
    }

    /** Bytes from {@code from} to {@code to} go to a process. */
    void checkWritten(SkBuff skb, SkBuffShadow shadow, byte[] head, int from, int to) {
        int at = shadow.firstUnwritten(head, from, to);
        if (reportsMemory && at >= 0) {
            reporter.report(
                    "uninitialised bytes copied out",
                    "byte "
                            + (at - from)
                            + " of the "
                            + (to - from)
                            + " that a process gets was never written: "
                            + skb,
                    shadow.placesOfBytes());
        }
    }

    /** See {@link SkBuffs#leftBy}. */
    Map<SkBuff, BugReport.Place> leftBy(String classLoader) {
        Map<SkBuff, BugReport.Place> left = new LinkedHashMap<>();
        for (SkBuff skb : known) {
            SkBuffShadow shadow = skb.shadow();
            if (shadow != null
                    && skb.isWithItsMaker()
                    && classLoader.equals(shadow.allocated().classLoader(true))) {
                left.put(skb, shadow.allocated().place("Allocated"));
            }
        }
        return left;
    }
}
