package org.vkernel.emulator.process;

import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.AtomicInt;

/** Models {@code struct file}: what a descriptor stands for, shared by those that refer to it. */
public abstract class OpenFile {
    private final AtomicInt references;

    /** A file with one reference, which its descriptor table will hold. */
    protected OpenFile(Scheduler sched) {
        references = new AtomicInt(sched, 1);
    }

    /** {@code get_file()}. */
    public final void get() {
        int now = references.incrementAndGet();
        assert now > 1 : "a file that is gone was taken: " + now;
    }

    /** {@code get_file_rcu()}: whether it is still there, and taken. */
    public final boolean getUnlessGone() {
        return references.incrementNotZero();
    }

    /** {@code fput()}: the last one releases it. Context: process; may sleep. */
    public final void put() {
        if (references.decrementAndGet() == 0) {
            release();
        }
    }

    /** Frees what the file holds. Context: process; may sleep. Called once. */
    protected abstract void release();
}
