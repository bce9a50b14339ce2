package org.vkernel.emulator.check;

import com.google.common.collect.ImmutableList;

/** Where a checker tells of a broken rule. */
@FunctionalInterface
public interface Reporter {
    /**
     * Reports a broken rule, with the caller's stack. Does not return where that ends the run.
     *
     * @param rule the rule's name
     * @param what the facts
     * @param others the other places that belong to it
     */
    void report(String rule, String what, ImmutableList<BugReport.Place> others);
}
