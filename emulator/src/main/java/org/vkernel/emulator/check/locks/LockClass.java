package org.vkernel.emulator.check.locks;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.WatchedLock;

/**
 * All locks of one name and nesting level: in which contexts they are taken, and before which
 * others.
 */
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

    /** From the bits of being taken in an interrupt to those of being taken where one may come. */
    private static final int ON_SHIFT = 2;

    private static final int IRQS = IN_HARDIRQ | IN_SOFTIRQ;

    final int number;
    final String name;
    final boolean sleeps;
    int usage;

    /** Which orders from it to others are known: their numbers, times the kinds. */
    private final BitSet after = new BitSet();

    /** The kinds of interrupt that take it, or one after which it is taken. */
    int inBefore;

    /** The kinds of interrupt that may come where it is taken, or one that is taken after it. */
    int onAfter;

    /** Who took it first in each kind of context, by bit of {@link #usage}. */
    final String[] users = new String[2 * READ_SHIFT];

    final @Nullable Throwable[] stacks = new Throwable[2 * READ_SHIFT];

    LockClass(int number, String name, boolean sleeps) {
        this.number = number;
        this.name = name;
        this.sleeps = sleeps;
    }

    /** Whether it is known to come before {@code other} in this {@link LockOrder#kind}. */
    boolean isBefore(LockClass other, int kind) {
        return after.get(other.number * LockOrder.KINDS + kind);
    }

    void setBefore(LockClass other, int kind) {
        after.set(other.number * LockOrder.KINDS + kind);
    }

    /** The kinds of interrupt that take it, as {@link #IN_HARDIRQ} and {@link #IN_SOFTIRQ}. */
    int in() {
        return (usage | usage >> READ_SHIFT) & IRQS;
    }

    /** Those that may come where it is taken, as the same bits. */
    int on() {
        return (usage | usage >> READ_SHIFT) >> ON_SHIFT & IRQS;
    }

    /** Whether this interrupt takes it for reading only. */
    boolean isOnlyReadIn(int irq) {
        return (usage & irq) == 0;
    }

    /** Whether it is taken only for reading where this interrupt may come. */
    boolean isOnlyReadWith(int irq) {
        return (usage >> ON_SHIFT & irq) == 0;
    }

    /** The index of how it is taken in this interrupt. */
    int useIn(int irq) {
        return Integer.numberOfTrailingZeros(irq) + (isOnlyReadIn(irq) ? READ_SHIFT : 0);
    }

    /** The index of how it is taken where this interrupt may come. */
    int useWith(int irq) {
        return Integer.numberOfTrailingZeros(irq)
                + ON_SHIFT
                + (isOnlyReadWith(irq) ? READ_SHIFT : 0);
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

    /** Its number: so the order of hashing is the same in every run. */
    @Override
    public int hashCode() {
        return number;
    }

    @Override
    public String toString() {
        return name;
    }
}
