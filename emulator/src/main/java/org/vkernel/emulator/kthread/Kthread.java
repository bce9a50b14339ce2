package org.vkernel.emulator.kthread;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.process.TaskMemory;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.shared.SharedInt;

/**
 * A kernel thread. Models {@code struct kthread} (kernel/kthread.c).
 *
 * <p>One that sleeps sets its state first and looks at {@link #shouldStop} then, so that it does
 * not miss being told:
 *
 * <pre>
 * task.setState(TaskState.INTERRUPTIBLE);
 * while (!self.shouldStop()) {
 *     sched.schedule();
 *     task.setState(TaskState.INTERRUPTIBLE);
 * }
 * task.setState(TaskState.RUNNING);
 * </pre>
 */
public final class Kthread {
    /** What a thread does. */
    @FunctionalInterface
    public interface Body {
        /**
         * Context: process, of the thread; may sleep.
         *
         * @return what {@link Kthread#stop} gives back
         */
        int run(Kthread self);
    }

    private final Scheduler sched;
    private final TaskMemory memory;
    private final TaskMemory.Objects objects;
    private final Body body;
    private final SharedInt stopping;
    private final Completion exited;
    private @Nullable Task task;

    /** Written by the thread before {@link #exited} is complete. */
    private volatile int result = -Errno.EINTR;

    Kthread(
            Scheduler sched,
            TaskMemory memory,
            TaskMemory.Objects objects,
            String name,
            Body body) {
        this.sched = sched;
        this.memory = memory;
        this.objects = objects;
        this.body = body;
        this.stopping = new SharedInt(sched, 0);
        this.exited = new Completion(sched, "the end of kernel thread " + name);
    }

    void attach(Task own) {
        task = own;
        exited.setTarget(() -> own.isDead() ? List.of() : List.of(own));
        CodeWatch watch = sched.codeWatch();
        if (watch != null) {
            watch.armed(CodeWatch.Kind.KTHREAD, this, own.comm(), body);
        }
    }

    /** Models {@code kthread()}. */
    void main() {
        // One that is stopped before it has begun never begins.
        CodeWatch watch = sched.codeWatch();
        if (!shouldStop()) {
            if (watch == null) {
                result = body.run(this);
            } else if (watch.enter(CodeWatch.Kind.KTHREAD, this, task().comm(), body)) {
                result = body.run(this);
                watch.leave(body);
            }
        }
        if (watch != null) {
            watch.disarmed(this);
        }
        memory.freeKthread(objects);
        exited.completeAll();
    }

    /** Its task, to be woken. */
    public Task task() {
        return Objects.requireNonNull(task);
    }

    /** {@code kthread_should_stop()}: whether it has been told to return. Context: any. */
    public boolean shouldStop() {
        return stopping.getOnce() != 0;
    }

    /**
     * {@code wake_up_process()}: ends its sleep. Context: any. Sleeps: never.
     *
     * @return whether it slept
     */
    public boolean wakeUp() {
        return sched.wakeUp(task(), TaskState.NORMAL);
    }

    /**
     * Tells it to return, and waits until it has.
     *
     * <p>Models {@code kthread_stop()}. Context: process, of another thread; sleeps.
     *
     * @return what its body returned; {@code -EINTR} if it had not begun
     */
    public int stop() {
        stopping.setOnce(1);
        wakeUp();
        exited.await();
        return result;
    }

    @Override
    public String toString() {
        return task().toString();
    }
}
