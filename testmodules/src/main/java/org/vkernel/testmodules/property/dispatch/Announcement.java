package org.vkernel.testmodules.property.dispatch;

import java.util.ArrayList;
import java.util.List;

/** A message that the kernel sends. */
final class Announcement {
    final int number;
    final DispatchAction.Announce what;
    final int begin;
    int end = Registration.NEVER;
    int result;

    /** How often memory was asked for. */
    int allocations;

    /** Whether its sender has slept in it. */
    boolean hasSlept;

    /** The listeners that got it. */
    final List<Integer> receivers = new ArrayList<>();

    Announcement(int number, DispatchAction.Announce what, int begin) {
        this.number = number;
        this.what = what;
        this.begin = begin;
    }

    @Override
    public String toString() {
        return "message " + number + " of the kernel (" + what + ")";
    }
}
