package org.vkernel.testmodules.property.dispatch;

import org.vkernel.connector.wire.CbId;

/** A call of {@code cn_add_callback()}, and that of {@code cn_del_callback()} which follows it. */
final class Registration {
    static final int NEVER = Integer.MAX_VALUE;

    final CbId id;
    final int addBegin;
    int addEnd = NEVER;
    int result;
    int delBegin = NEVER;
    int delEnd = NEVER;

    Registration(CbId id, int addBegin) {
        this.id = id;
        this.addBegin = addBegin;
    }

    boolean isGood() {
        return result == 0 && addEnd != NEVER;
    }

    /** Whether the id is surely registered from {@code from} to {@code to}. */
    boolean covers(int from, int to) {
        return isGood() && addEnd < from && delBegin > to;
    }

    /** Whether the id may be registered at some time from {@code from} to {@code to}. */
    boolean touches(int from, int to) {
        return (result == 0 || addEnd == NEVER) && addBegin < to && delEnd > from;
    }

    /** Whether it is being added at some time from {@code from} to {@code to}. */
    boolean isAddedIn(int from, int to) {
        return result == 0 && addBegin < to && addEnd > from;
    }
}
