package org.vkernel.emulator.process;

/** Deaths by signals that dump core: fs/coredump.c, without the file. */
final class ProcessCore {
    private ProcessCore() {}

    /**
     * Kills the running thread's process, with a dump of core if it may have one. The other threads
     * begin to exit first, and go on when the dump is done.
     *
     * <p>Models {@code vfs_coredump()} and what {@code get_signal()} does around it. Context:
     * process; sleeps.
     */
    static void dump(UserProcess process, int signal) {
        UserThread self = process.table().current();
        for (ProcessEvents observer : process.table().observers()) {
            observer.coreDumped(self);
        }
        boolean flags = process.sighand().siglock().lockIrqsave();
        boolean isFirst = process.threads().beginDump(signal);
        process.sighand().killLocked(null);
        process.sighand().siglock().unlockIrqrestore(flags);
        if (isFirst) {
            process.threads().await(() -> haveOthersBegun(process, self));
            process.threads().endDump(signal);
        }
    }

    private static boolean haveOthersBegun(UserProcess process, UserThread self) {
        for (UserThread thread : process.threads().all()) {
            if (thread != self && !thread.isExiting()) {
                return false;
            }
        }
        return true;
    }
}
