package org.vkernel.emulator.process;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;

/**
 * The signals of a process: who handles them, and what else they do.
 *
 * <p>Models {@code struct sighand_struct} and kernel/signal.c.
 */
final class Sighand {
    /** What stands for a handler where a signal is to be ignored. */
    private enum Ignore implements Runnable {
        SIG_IGN;

        @Override
        public void run() {}
    }

    private static final long FATAL = Signals.bit(UserProcess.SIGKILL);

    private final UserProcess process;
    private final Scheduler sched;
    private final SpinLock siglock;
    private final AtomicReferenceArray<@Nullable Runnable> handlers =
            new AtomicReferenceArray<>(Signals.COUNT);

    Sighand(UserProcess process, Scheduler sched) {
        this.process = process;
        this.sched = sched;
        this.siglock = new SpinLock(sched, "sighand->siglock");
    }

    /** Taken with interrupts off: signals come from any context. */
    SpinLock siglock() {
        return siglock;
    }

    void handle(int signal, @Nullable Runnable handler) {
        handlers.set(signal, handler);
    }

    void ignore(int signal) {
        handlers.set(signal, Ignore.SIG_IGN);
    }

    /** Whether it is asked to be ignored, which is more than doing nothing by default. */
    boolean isIgnored(int signal) {
        return handlers.get(signal) instanceof Ignore;
    }

    /** {@code copy_sighand()}: a child handles what its parent does. */
    void copyTo(Sighand child) {
        for (int signal = 0; signal < Signals.COUNT; signal++) {
            child.handlers.set(signal, handlers.get(signal));
        }
    }

    /** {@code flush_signal_handlers()}: a new program handles nothing yet. */
    void reset() {
        for (int signal = 0; signal < Signals.COUNT; signal++) {
            if (!isIgnored(signal)) {
                handlers.set(signal, null);
            }
        }
    }

    /** Models {@code send_signal_locked()} and {@code complete_signal()}. */
    void send(int signal) {
        send(signal, null);
    }

    /**
     * As {@link #send(int)}.
     *
     * @param only the thread that is to handle it; null for any
     */
    void send(int signal, @Nullable UserThread only) {
        boolean flags = siglock.lockIrqsave();
        if (!process.isDead()) {
            sendLocked(signal, only);
        }
        siglock.unlockIrqrestore(flags);
    }

    private void sendLocked(int signal, @Nullable UserThread only) {
        Runnable handler = handlers.get(signal);
        boolean byDefault = handler == null || signal == UserProcess.SIGKILL;
        if (handler instanceof Ignore || (byDefault && Signals.isIgnoredByDefault(signal))) {
            return;
        }
        if (byDefault && !Signals.dumpsCore(signal)) {
            process.die(signal);
            killLocked(null);
        } else {
            UserThread target = only != null ? only : target();
            if (target != null) {
                post(target.task(), Signals.bit(signal), 0);
            }
        }
    }

    /** The first thread that has not begun to exit. */
    private @Nullable UserThread target() {
        for (UserThread thread : process.threads().all()) {
            if (!thread.isExiting()) {
                return thread;
            }
        }
        return null;
    }

    private void post(Task task, long bits, int mask) {
        task.addPendingSignals(bits);
        var _ = sched.wakeUp(task, TaskState.INTERRUPTIBLE | mask);
    }

    /** {@code zap_other_threads()}: kills all threads but {@code survivor}, with no code. */
    void killOthers(@Nullable UserThread survivor) {
        boolean flags = siglock.lockIrqsave();
        killLocked(survivor);
        siglock.unlockIrqrestore(flags);
    }

    void killLocked(@Nullable UserThread survivor) {
        for (UserThread thread : process.threads().all()) {
            if (thread != survivor) {
                post(thread.task(), FATAL, TaskState.WAKEKILL);
            }
        }
    }

    /**
     * What {@code get_signal()} does at the return to user code: runs handlers, and dumps core or
     * kills for what nobody handles any more. Context: user code, of {@code task}.
     */
    void deliver(Task task) {
        for (long rest = task.takePendingSignals(); rest != 0; rest &= rest - 1) {
            int signal = Long.numberOfTrailingZeros(rest);
            Runnable handler = handlers.get(signal);
            if (handler != null) {
                handler.run();
            } else if (Signals.dumpsCore(signal)) {
                process.dumpCore(signal);
            } else {
                process.kernel().run(() -> send(signal));
            }
        }
    }
}
