package org.vkernel.emulator.check.locks;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.WatchedLock;

/** All locks of one name: in which contexts they are taken, and before which others. */
final class LockClass {
    /** Taken in hardirq context. */
    static final int IN_HARDIRQ = 1;

    /** Taken in softirq context. */
    static final int IN_SOFTIRQ = 2;

    /** Taken where a hardirq may come. */
    static final int HARDIRQS_ON = 4;

    /** Taken where a softirq may come. */
    static final int SOFTIRQS_ON = 8;

    /** The same four of those who take it to read only, among whom nobody waits. */
    static final int READ_SHIFT = 4;

    final int number;
    final String name;
    final boolean sleeps;
    int usage;

    /** The classes that were taken while one of this was held, and the reverse. */
    final BitSet after = new BitSet();

    final BitSet before = new BitSet();

    /** Who took it first in each kind of context, by bit of {@link #usage}. */
    final String[] users = new String[2 * READ_SHIFT];

    final @Nullable Throwable[] stacks = new Throwable[2 * READ_SHIFT];

    LockClass(int number, String name, boolean sleeps) {
        this.number = number;
        this.name = name;
        this.sleeps = sleeps;
    }

    /** The bits of usage that contradict {@code bit}: an interrupt would wait for its own task. */
    static int against(int bit) {
        boolean isRead = bit >= 1 << READ_SHIFT;
        int write = isRead ? bit >> READ_SHIFT : bit;
        int other =
                switch (write) {
                    case IN_HARDIRQ -> HARDIRQS_ON;
                    case IN_SOFTIRQ -> SOFTIRQS_ON;
                    case HARDIRQS_ON -> IN_HARDIRQ;
                    default -> IN_SOFTIRQ;
                };
        return isRead ? other : other | other << READ_SHIFT;
    }

    static boolean isRead(int mode) {
        return mode == WatchedLock.READ;
    }

    @Override
    public String toString() {
        return name;
    }
}
