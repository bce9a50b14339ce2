package org.vkernel.emulator.check.locks;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.WatchedLock;

/**
 * A lock that a task holds, or an interrupt on its stack.
 *
 * @param level in what: 0 the task, 1 a softirq, 2 a hardirq
 * @param tried whether a trylock took it, which waits for nothing
 * @param stack where it was taken, if call traces are kept
 */
record HeldLock(
        WatchedLock lock,
        LockClass type,
        int mode,
        int level,
        boolean tried,
        @Nullable Throwable stack) {}
