package org.vkernel.emulator.process;

/** What a user process does: plain Java, which enters the kernel by system calls. */
@FunctionalInterface
public interface ProcessBody {
    /**
     * Runs in the process's first thread. When it returns the process exits with status 0; an
     * exception that leaves it kills the process and is reported by the kernel that ran it.
     */
    void run(UserProcess process) throws Exception;
}
