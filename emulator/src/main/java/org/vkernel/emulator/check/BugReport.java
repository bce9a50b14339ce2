package org.vkernel.emulator.check;

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
        boolean known) {

    /** The lines of the report, for the log. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("BUG: " + (known ? "known: " : "") + rule);
        what.lines().forEach(lines::add);
        lines.add("CPU: " + cpu + " Comm: " + task + " Context: " + context);
        if (!stack.isEmpty()) {
            lines.add("Call Trace:");
            for (String frame : stack) {
                lines.add(" " + frame);
            }
        }
        return lines;
    }
}
