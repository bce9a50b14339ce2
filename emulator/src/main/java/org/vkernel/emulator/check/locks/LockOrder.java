package org.vkernel.emulator.check.locks;

import org.jspecify.annotations.Nullable;

/**
 * Who took a lock of one class first while one of another was held, and where.
 *
 * @param held where that other was taken, if call traces are kept
 * @param taken where the lock was taken, if call traces are kept
 */
record LockOrder(String by, @Nullable Throwable held, @Nullable Throwable taken) {
    /** How many kinds of order there are. */
    static final int KINDS = 4;

    private static final int SHARED = 1;
    private static final int RECURSIVE = 2;

    /**
     * What kind of order it is.
     *
     * @param shared whether the first lock is held for reading
     * @param recursive whether the second is taken for reading where readers pass waiting writers
     */
    static int kind(boolean shared, boolean recursive) {
        return (shared ? SHARED : 0) | (recursive ? RECURSIVE : 0);
    }

    static boolean isShared(int kind) {
        return (kind & SHARED) != 0;
    }

    static boolean isRecursive(int kind) {
        return (kind & RECURSIVE) != 0;
    }
}
