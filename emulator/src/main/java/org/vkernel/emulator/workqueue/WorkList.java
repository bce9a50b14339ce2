package org.vkernel.emulator.workqueue;

import org.jspecify.annotations.Nullable;

/** Works in order; each is on one list at most. Exclusive to the holder of the place's lock. */
final class WorkList {
    private @Nullable Work first;
    private @Nullable Work last;

    boolean isEmpty() {
        return first == null;
    }

    @Nullable Work first() {
        return first;
    }

    void addLast(Work work) {
        assert work.list == null : work + " is on two lists";
        Work before = last;
        work.list = this;
        work.prev = before;
        if (before == null) {
            first = work;
        } else {
            before.next = work;
        }
        last = work;
    }

    void remove(Work work) {
        assert work.list == this : work + " is not on this list";
        Work prev = work.prev;
        Work next = work.next;
        if (prev == null) {
            first = next;
        } else {
            prev.next = next;
        }
        if (next == null) {
            last = prev;
        } else {
            next.prev = prev;
        }
        work.list = null;
        work.prev = null;
        work.next = null;
    }
}
