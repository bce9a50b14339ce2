package org.vkernel.emulator.module;

import com.google.common.collect.ImmutableList;
import org.vkernel.emulator.check.BugReport;

/**
 * Something that a module did not take back before it went.
 *
 * @param what what it is: {@code "timer poll"}
 * @param places where the module made it, as far as that was noted
 */
public record Leftover(String what, ImmutableList<BugReport.Place> places) {
    /** One with a place. */
    static Leftover of(String what, BugReport.Place place) {
        return new Leftover(what, ImmutableList.of(place));
    }
}
