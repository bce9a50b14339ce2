package org.vkernel.emulator.kthread;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.process.TaskMemory;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/** Starts kernel threads. */
public final class Kthreads {
    /** {@code sizeof(struct kthread_create_info)}. */
    private static final int CREATE_INFO_BYTES = 72;

    private final Scheduler sched;
    private final Memory memory;
    private final TaskMemory taskMemory;

    /** Starts none yet. */
    public Kthreads(Scheduler sched, Memory memory, TaskMemory taskMemory) {
        this.sched = sched;
        this.memory = memory;
        this.taskMemory = taskMemory;
    }

    /**
     * {@code kthread_run()}: starts a thread. Context: process; may sleep.
     *
     * @return null if there is no memory for one: {@code ERR_PTR(-ENOMEM)}
     */
    public @Nullable Kthread run(String name, Kthread.Body body) {
        TaskMemory.Objects objects = allocate();
        if (objects == null) {
            return null;
        }
        Kthread thread = new Kthread(sched, taskMemory, objects, name, body);
        Task task = sched.newTask(sched.allocatePid(), name, null, Task.PF_KTHREAD, thread::main);
        return start(thread, task);
    }

    /** {@code kthread_run_on_cpu()}: as {@link #run}, of one that must run on {@code cpu}. */
    public @Nullable Kthread runOn(int cpu, String name, Kthread.Body body) {
        TaskMemory.Objects objects = allocate();
        if (objects == null) {
            return null;
        }
        Kthread thread = new Kthread(sched, taskMemory, objects, name, body);
        return start(thread, sched.newPinnedTask(name, sched.cpu(cpu), thread::main));
    }

    private TaskMemory.@Nullable Objects allocate() {
        int info = memory.kmalloc(CREATE_INFO_BYTES, GfpMask.KERNEL);
        if (info == 0) {
            return null;
        }
        TaskMemory.Objects objects = taskMemory.allocKthread();
        memory.kfree(info);
        return objects;
    }

    private Kthread start(Kthread thread, Task task) {
        thread.attach(task);
        sched.admit(task);
        return thread;
    }
}
