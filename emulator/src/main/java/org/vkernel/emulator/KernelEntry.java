package org.vkernel.emulator;

import com.google.common.base.Preconditions;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.KernelHalt;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskExit;
import org.vkernel.emulator.sched.TaskState;

/**
 * The way into a kernel: for processes by their system calls, for the host's thread as init.
 *
 * <p>One thread of the host's at a time is init; system calls come from any number of tasks.
 */
final class KernelEntry {
    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final Failures failures;
    private final AtomicReference<@Nullable Thread> hostThread = new AtomicReference<>();

    /** Whether no host's thread may come in any more. Exclusive to {@link #hostThread}. */
    private boolean closed;

    KernelEntry(VirtualKernel kernel, Failures failures) {
        this.kernel = kernel;
        this.sched = kernel.sched();
        this.failures = failures;
    }

    /** See {@link VirtualKernel#call}. */
    <T extends @Nullable Object> T call(Supplier<T> body) {
        Task task = sched.taskOfThisThread();
        if (task == null) {
            return hostCall(body);
        }
        if (task.isInKernel()) {
            return body.get();
        }
        if (task == sched.init()) {
            return hostCall(body);
        }
        return task.isAdopted() ? attachedCall(body) : syscall(body);
    }

    /** Runs the kernel's end as its last host's thread; nobody comes in after it. */
    void close(Runnable end) {
        Task task = sched.taskOfThisThread();
        Preconditions.checkState(
                task == null || (task == sched.init() && !task.isInKernel()),
                "%s cannot close its own kernel",
                task);
        claimHost();
        try {
            end.run();
        } finally {
            closed = true;
            hostThread.set(null);
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** A system call of a host's thread, which is not the kernel's to unwind. */
    private <T extends @Nullable Object> T attachedCall(Supplier<T> body) {
        try {
            return syscall(body);
        } catch (KernelHalt halt) {
            throw failures.toException("the run has ended");
        }
    }

    private <T extends @Nullable Object> T syscall(Supplier<T> body) {
        Task task = sched.syscallEnter();
        task.setInKernel(true);
        T result;
        try {
            result = body.get();
        } catch (ErrnoException failed) {
            task.setInKernel(false);
            sched.syscallExit(task);
            throw failed;
        } catch (Throwable thrown) {
            throw dying(task, thrown);
        }
        task.setInKernel(false);
        sched.syscallExit(task);
        return result;
    }

    /**
     * Leaves the kernel with a task that is to die of what was thrown there: models {@code
     * make_task_dead()}.
     */
    private Error dying(Task task, Throwable thrown) {
        try {
            if (thrown instanceof KernelHalt halt && sched.halting()) {
                return halt;
            }
            if (!(thrown instanceof TaskExit)) {
                kernel.oops(thrown);
                UserProcess process = task.process();
                if (process != null) {
                    process.die(UserProcess.SIGKILL);
                }
            }
            clearContexts(task);
            sched.leaveDying(task);
            return new TaskExit();
        } catch (KernelHalt halt) {
            return halt;
        } finally {
            task.setInKernel(false);
        }
    }

    /** What a body that threw has left: its locks stay locked, but its context ends. */
    private void clearContexts(Task task) {
        task.setContextRecord(null);
        if (task.preemptCount() != 0 || task.irqsDisabled()) {
            kernel.printk()
                    .write(
                            LogLevel.INFO,
                            String.format(
                                    "note: %s exited with preempt_count %d",
                                    task, task.preemptCount()));
            task.clearContexts();
        }
        while (task.rcuNesting() > 0) {
            kernel.rcu().readUnlock();
        }
        task.setState(TaskState.RUNNING);
    }

    private <T extends @Nullable Object> T hostCall(Supplier<T> body) {
        claimHost();
        try {
            return asInit(body);
        } finally {
            hostThread.set(null);
        }
    }

    private void claimHost() {
        Preconditions.checkState(!closed, "the kernel is closed");
        Thread other = hostThread.compareAndExchange(null, Thread.currentThread());
        Preconditions.checkState(
                other == null, "another thread (%s) is in this kernel as init", other);
    }

    /** Runs {@code body} as init. The thread is {@link #hostThread}. */
    <T extends @Nullable Object> T asInit(Supplier<T> body) {
        Task task = sched.init();
        try {
            try {
                sched.hostEnter(task);
                task.setInKernel(true);
                return body.get();
            } catch (KernelHalt halt) {
                throw halt;
            } catch (Throwable thrown) {
                clearContexts(task);
                throw thrown;
            } finally {
                task.setInKernel(false);
                sched.hostLeave(task);
            }
        } catch (KernelHalt halt) {
            if (!sched.halting()) {
                throw halt; // another kernel's, whose task calls
            }
            throw kernel.failed();
        }
    }
}
