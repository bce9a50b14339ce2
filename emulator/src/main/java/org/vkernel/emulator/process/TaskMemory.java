package org.vkernel.emulator.process;

import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KmemCache;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/**
 * The memory that tasks and processes consist of, by number: what {@code copy_process()} allocates
 * (kernel/fork.c).
 *
 * <p>A failure of any of it is {@code -ENOMEM}, and gives back what was there before it. Context:
 * process, sleeps; freeing in any. Differs from Linux: what belongs to a process is freed all at
 * once, when its first thread is released.
 */
public final class TaskMemory {
    /** {@code sizeof(struct task_struct)} without the state of the FPU. */
    private static final int TASK_BYTES = 3712;

    /** {@code THREAD_SIZE}. */
    private static final int STACK_BYTES = 16384;

    private final Scheduler sched;
    private final Memory memory;
    private final KmemCache tasks;
    private final KmemCache pids;
    private final KmemCache creds;
    private final KmemCache mms;

    /** What a process has one of: its parts in the order of {@code copy_process()}. */
    private final List<KmemCache> processParts = new ArrayList<>();

    /** What a kernel thread has besides its task. */
    private final List<KmemCache> kernelParts = new ArrayList<>();

    /** Makes the caches. */
    public TaskMemory(Scheduler sched, Memory memory) {
        this.sched = sched;
        this.memory = memory;
        tasks = memory.createCache("task_struct", TASK_BYTES);
        creds = memory.createCache("cred", 192);
        KmemCache files = memory.createCache("files_cache", 704);
        KmemCache fs = memory.createCache("fs_cache", 64);
        KmemCache sighands = memory.createCache("sighand_cache", 2112);
        KmemCache signals = memory.createCache("signal_cache", 1152);
        mms = memory.createCache("mm_struct", 1408);
        pids = memory.createCache("pid", 128);
        processParts.addAll(List.of(creds, files, fs, sighands, signals, mms));
        kernelParts.addAll(List.of(creds, sighands, signals));
    }

    /** What a thread of a process has of its own: whether there was memory for all of it. */
    boolean allocThread() {
        return allocTask() && orFreeTask(allocPid());
    }

    /** Gives back what {@link #allocThread} got. */
    void freeThread() {
        freePid();
        freeTask();
    }

    /** A process's first thread, and what its threads have in common. */
    boolean allocProcess() {
        return allocTask()
                && orFreeTask(allocAll(processParts) && orFree(allocPid(), processParts));
    }

    /** What is left of {@link #allocProcess} when its threads are gone. */
    void freeProcess() {
        freeAll(processParts);
    }

    /** What a kernel thread has. */
    public boolean allocKthread() {
        return allocTask() && orFreeTask(allocAll(kernelParts) && orFree(allocPid(), kernelParts));
    }

    /** Gives back what {@link #allocKthread} got. */
    public void freeKthread() {
        freePid();
        freeAll(kernelParts);
        freeTask();
    }

    /** {@code prepare_creds()}. */
    boolean allocCred() {
        return creds.alloc(sched.current(), GfpMask.KERNEL);
    }

    /** {@code put_cred()}. */
    void freeCred() {
        creds.free(sched.current());
    }

    /** {@code mm_alloc()}. */
    boolean allocMm() {
        return mms.alloc(sched.current(), GfpMask.KERNEL);
    }

    /** {@code mmdrop()}. */
    void freeMm() {
        mms.free(sched.current());
    }

    // ---- Parts -------------------------------------------------------------------------------

    /** Models {@code dup_task_struct()}. */
    private boolean allocTask() {
        Task running = sched.current();
        if (!tasks.alloc(running, GfpMask.KERNEL)) {
            return false;
        }
        if (!memory.vmalloc(running, STACK_BYTES, GfpMask.KERNEL)) {
            tasks.free(running);
            return false;
        }
        return true;
    }

    private void freeTask() {
        Task running = sched.current();
        memory.vfree(running);
        tasks.free(running);
    }

    private boolean orFreeTask(boolean there) {
        if (!there) {
            freeTask();
        }
        return there;
    }

    private boolean allocPid() {
        return pids.alloc(sched.current(), GfpMask.KERNEL);
    }

    private void freePid() {
        pids.free(sched.current());
    }

    private boolean allocAll(List<KmemCache> parts) {
        Task running = sched.current();
        for (int i = 0; i < parts.size(); i++) {
            if (!parts.get(i).alloc(running, GfpMask.KERNEL)) {
                freeAll(parts.subList(0, i));
                return false;
            }
        }
        return true;
    }

    private void freeAll(List<KmemCache> parts) {
        Task running = sched.current();
        for (KmemCache part : parts) {
            part.free(running);
        }
    }

    private boolean orFree(boolean there, List<KmemCache> parts) {
        if (!there) {
            freeAll(parts);
        }
        return there;
    }
}
