package org.vkernel.emulator.process;

/**
 * What is told of the lives of processes, at the places where Linux calls its process connector.
 *
 * <p>Context: process, of the thread that does it, which may sleep but should not. Registered with
 * {@link ProcessTable#register}.
 */
public interface ProcessEvents {
    /**
     * A thread was made, the first one of a process or another; it has not run yet. Called by its
     * maker, as {@code proc_fork_connector()} is by {@code copy_process()}.
     */
    void forked(UserThread child);

    /** {@code proc_exec_connector()}: the running thread runs another program from now on. */
    void executed(UserThread thread);

    /** {@code proc_id_connector(PROC_EVENT_UID)}: user ids have changed. */
    void userIdsChanged(UserThread thread);

    /** {@code proc_id_connector(PROC_EVENT_GID)}: group ids have changed. */
    void groupIdsChanged(UserThread thread);

    /** {@code proc_sid_connector()}: the process began a session; {@code leader} is its first. */
    void sessionBegun(UserThread leader);

    /** {@code proc_ptrace_connector(PTRACE_ATTACH)}: {@code thread} is traced by the caller. */
    void traced(UserThread thread, UserThread tracer);

    /** {@code proc_ptrace_connector(PTRACE_DETACH)}: {@code thread} is traced no more. */
    void untraced(UserThread thread);

    /** {@code proc_comm_connector()}: a thread named itself, be it as before. */
    void renamed(UserThread thread);

    /** {@code proc_coredump_connector()}: the running thread dies of a signal that dumps core. */
    void coreDumped(UserThread thread);

    /**
     * {@code proc_exit_connector()}: the running thread has released what it held, and its parent
     * has been told; who waits for it may have seen its end already.
     */
    void exited(UserThread thread);
}
