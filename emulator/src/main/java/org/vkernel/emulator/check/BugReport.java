package org.vkernel.emulator.check;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;

/**
 * A broken rule of the kernel, as an oops tells it.
 *
 * @param rule the rule's name, as the report's headline begins
 * @param what the facts, in one line or several
 * @param task the running task's name and pid
 * @param cpu its CPU
 * @param timeNs that CPU's clock
 * @param context hardirq, softirq or process
 * @param stack the emulated call trace, innermost first
 * @param others the other places that belong to it, such as where an object was freed
 * @param why one sentence on why Linux forbids it; empty if there is nothing to say
 * @param known whether Linux itself has this one: then it neither counts nor ends a run
 */
public record BugReport(
        String rule,
        String what,
        String task,
        int cpu,
        long timeNs,
        String context,
        List<String> stack,
        ImmutableList<Place> others,
        String why,
        boolean known) {

    /**
     * Another place of a report.
     *
     * @param title what happened there, by whom: {@code "Freed by task rmmod[7] on CPU 1"}
     * @param stack the emulated call trace, innermost first
     */
    public record Place(String title, List<String> stack) {}

    /** The lines of the report, for the log. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>(firstLines());
        lines.addAll(placeLines());
        if (!why.isEmpty()) {
            lines.add(whyLine());
        }
        return lines;
    }

    /** What does not depend on which call traces were kept. */
    public List<String> firstLines() {
        List<String> lines = new ArrayList<>();
        lines.add("BUG: " + (known ? "known: " : "") + rule);
        what.lines().forEach(lines::add);
        lines.add("CPU: " + cpu + " Comm: " + task + " Context: " + context);
        addStack(lines, "Call Trace:", stack);
        return lines;
    }

    /** The other places. */
    public List<String> placeLines() {
        List<String> lines = new ArrayList<>();
        for (Place place : others) {
            addStack(lines, place.title + ":", place.stack);
        }
        return lines;
    }

    /** Why it is forbidden. */
    public String whyLine() {
        return "Why: " + why;
    }

    private static void addStack(List<String> lines, String title, List<String> stack) {
        if (!stack.isEmpty()) {
            lines.add(title);
            for (String frame : stack) {
                lines.add(" " + frame);
            }
        }
    }
}
