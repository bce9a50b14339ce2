package org.vkernel.emulator.sched;

/** What a point says that the task is about to do. */
public final class Access {
    public static final int READ = 0;
    public static final int WRITE = 1;

    /** A read that the author marked as racy on purpose ({@code READ_ONCE}). */
    public static final int READ_ONCE = 2;

    /** A write that the author marked as racy on purpose ({@code WRITE_ONCE}). */
    public static final int WRITE_ONCE = 3;

    /** A read-modify-write that nothing can come between. */
    public static final int ATOMIC = 4;

    public static final int LOCK = 5;
    public static final int UNLOCK = 6;
    public static final int WAKE = 7;

    /** Interrupts, bottom halves or preemption are enabled again. */
    public static final int ENABLE = 8;

    public static final int ALLOC = 9;
    public static final int SYSCALL = 10;

    /** A loop's back edge, or {@code cpu_relax()}: touches nothing. */
    public static final int RELAX = 11;

    /** Takes a lock if nobody holds it, and goes on either way. */
    public static final int TRY_LOCK = 12;

    /**
     * A write that readers may see at once, as {@code list_add_rcu()} is, but that must not meet
     * another: {@code ASSERT_EXCLUSIVE_WRITER()}.
     */
    public static final int PUBLISH = 13;

    /** An atomic operation on a lock's own state: what it orders is the lock's to tell. */
    public static final int LOCK_WORD = 14;

    /**
     * A reader's operation on a lock's own state: looks whether there is a writer, or counts
     * readers, which no other reader can tell.
     */
    public static final int LOCK_SHARED = 15;

    private static final String[] NAMES = {
        "read",
        "write",
        "read_once",
        "write_once",
        "atomic",
        "lock",
        "unlock",
        "wake",
        "enable",
        "alloc",
        "syscall",
        "relax",
        "try_lock",
        "publish",
        "lock_word",
        "lock_shared"
    };

    private Access() {}

    /** Whether another task could tell that it happened. */
    public static boolean isWrite(int access) {
        return switch (access) {
            case READ, READ_ONCE, SYSCALL, RELAX, LOCK_SHARED -> false;
            default -> true;
        };
    }

    /** The access's name, for traces and reports. */
    public static String name(int access) {
        return NAMES[access];
    }
}
