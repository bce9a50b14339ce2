package org.vkernel.emulator;

import org.vkernel.emulator.process.UserProcess;

/** A host thread that is a process; closing it is the process's exit. To be used by that thread. */
public final class AttachedProcess implements AutoCloseable {
    private final UserProcess process;

    AttachedProcess(UserProcess process) {
        this.process = process;
    }

    /** The process that the thread is. */
    public UserProcess process() {
        return process;
    }

    /** Exits: what the process holds is released. */
    @Override
    public void close() {
        process.detach();
    }
}
