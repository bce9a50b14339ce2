/**
 * User processes: identity, descriptors, threads, signals, fork, exec, exit (kernel/fork.c, exit.c,
 * signal.c, cred.c, sys.c, ptrace.c, fs/exec.c, fs/coredump.c).
 *
 * <p>Start with {@link org.vkernel.emulator.process.UserProcess}, which a process's body gets.
 *
 * <pre>
 *   ProcessTable               process ids, tasklist_lock, who is told of what happens
 *     -&gt; UserProcess           a thread group; the system calls
 *          -&gt; ProcessThreads   how it lives and ends
 *               -&gt; UserThread  a thread: parent, exit code, tracer
 *          -&gt; Sighand          its signals
 *          -&gt; FileTable        its descriptors -&gt; OpenFile
 *          -&gt; Credentials
 *     -&gt; ProcessEvents         an observer
 * </pre>
 *
 * <p>The calls themselves are in {@code ProcessFork}, {@code ProcessExec}, {@code ProcessExit},
 * {@code ProcessCore} and {@code ProcessIds}.
 *
 * <p>Lock order:
 *
 * <pre>
 *   ProcessTable.tasklistLock    interrupts off
 *     Sighand.siglock
 *     WaitQueue
 * </pre>
 *
 * <p>Not modelled: namespaces, process groups, stopped tasks, close-on-exec, {@code vfork},
 * resource limits but that of core.
 */
@NullMarked
package org.vkernel.emulator.process;

import org.jspecify.annotations.NullMarked;
