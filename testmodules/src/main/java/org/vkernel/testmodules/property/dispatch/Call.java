package org.vkernel.testmodules.property.dispatch;

import java.util.ArrayList;
import java.util.List;
import org.vkernel.connector.wire.CbId;

/** A message that a process sends to an id. */
final class Call {
    /** A run of a callback. */
    record Invocation(Registration registration, int begin, int end) {}

    final int number;
    final int caller;
    final CbId id;
    final int begin;
    int end = Registration.NEVER;
    int result;

    /** Whether the kernel says that it lost it for want of memory. */
    boolean isLost;

    final List<Invocation> invocations = new ArrayList<>();

    Call(int number, int caller, CbId id, int begin) {
        this.number = number;
        this.caller = caller;
        this.id = id;
        this.begin = begin;
    }

    @Override
    public String toString() {
        return "message " + number + " of process " + caller + " to " + id;
    }
}
