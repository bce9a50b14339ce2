package org.vkernel.emulator.kthread;

import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/** Starts kernel threads. */
public final class Kthreads {
    private final Scheduler sched;

    public Kthreads(Scheduler sched) {
        this.sched = sched;
    }

    /** {@code kthread_run()}: starts a thread. Context: process. */
    public Kthread run(String name, Kthread.Body body) {
        Kthread thread = new Kthread(sched, name, body);
        Task task = sched.newTask(sched.allocatePid(), name, null, Task.PF_KTHREAD, thread::main);
        return start(thread, task);
    }

    /** {@code kthread_run_on_cpu()}: starts a thread that must run on {@code cpu}. */
    public Kthread runOn(int cpu, String name, Kthread.Body body) {
        Kthread thread = new Kthread(sched, name, body);
        return start(thread, sched.newPinnedTask(name, sched.cpu(cpu), thread::main));
    }

    private Kthread start(Kthread thread, Task task) {
        thread.attach(task);
        sched.admit(task);
        return thread;
    }
}
