package org.vkernel.emulator.mm;

import java.util.List;

/**
 * An allocation that was made to fail.
 *
 * @param rule what made it fail
 * @param what the cache, or {@code order N} of a block of pages
 * @param bytes how much was asked for
 * @param task the running task's name and pid
 * @param stack who asked, innermost first
 */
public record InjectedFault(
        FaultRule rule, String what, long bytes, GfpMask gfp, String task, List<String> stack) {

    /** Who asked: {@code NetlinkGroups.grow}. */
    public String site() {
        if (stack.isEmpty()) {
            return "";
        }
        String frame = stack.getFirst();
        int arguments = frame.indexOf('(');
        return arguments < 0 ? frame : frame.substring(0, arguments);
    }

    @Override
    public String toString() {
        return what + " (" + gfp + ") in " + (stack.isEmpty() ? "?" : stack.getFirst());
    }
}
