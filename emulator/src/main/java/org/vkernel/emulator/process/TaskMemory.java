package org.vkernel.emulator.process;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
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

    /** The numbers of the objects that a task consists of. */
    public static final class Objects {
        private int task;
        private int stack;
        private int pid;

        /** Of what its process's threads have in common, or a kernel thread has besides. */
        private final int[] parts;

        Objects(int count) {
            parts = new int[count];
        }
    }

    // ---- Tasks -------------------------------------------------------------------------------

    /** What a thread of a process has of its own; null if there is no memory for all of it. */
    @Nullable Objects allocThread() {
        return alloc(List.of());
    }

    /** A process's first thread, and what its threads have in common; or null. */
    @Nullable Objects allocProcess() {
        return alloc(processParts);
    }

    /** What a kernel thread has; or null. */
    public @Nullable Objects allocKthread() {
        return alloc(kernelParts);
    }

    /** Gives back what {@link #allocKthread} got. */
    public void freeKthread(Objects objects) {
        freePid(objects);
        freeParts(objects, kernelParts);
        freeTask(objects);
    }

    /** Gives back what a thread has of its own. */
    void freeThread(Objects objects) {
        freePid(objects);
        freeTask(objects);
    }

    /** Gives back what is left of {@link #allocProcess} when its threads are gone. */
    void freeProcess(Objects objects) {
        freeParts(objects, processParts);
    }

    // ---- What a process exchanges ------------------------------------------------------------

    /** {@code prepare_creds()}: its number, or 0. */
    int allocCred() {
        return creds.alloc(sched.current(), GfpMask.KERNEL);
    }

    /** {@code put_cred()}. */
    void freeCred(int object) {
        creds.free(sched.current(), object);
    }

    /** {@code mm_alloc()}: its number, or 0. */
    int allocMm() {
        return mms.alloc(sched.current(), GfpMask.KERNEL);
    }

    /** {@code mmdrop()}. */
    void freeMm(int object) {
        mms.free(sched.current(), object);
    }

    /**
     * Puts new credentials into the place of old ones.
     *
     * @param of a process's; null of one that the host made
     * @return the old ones, to be freed; the new ones if there are none
     */
    int exchangeCred(@Nullable Objects of, int object) {
        return exchange(of, processParts.indexOf(creds), object);
    }

    /** As {@link #exchangeCred}, of an address space. */
    int exchangeMm(@Nullable Objects of, int object) {
        return exchange(of, processParts.indexOf(mms), object);
    }

    private static int exchange(@Nullable Objects of, int part, int object) {
        if (of == null) {
            return object;
        }
        int before = of.parts[part];
        of.parts[part] = object;
        return before;
    }

    // ---- Parts -------------------------------------------------------------------------------

    private @Nullable Objects alloc(List<KmemCache> kinds) {
        Objects objects = new Objects(kinds.size());
        if (allocTask(objects)) {
            if (allocParts(objects, kinds)) {
                objects.pid = pids.alloc(sched.current(), GfpMask.KERNEL);
                if (objects.pid != 0) {
                    return objects;
                }
            }
            freeParts(objects, kinds);
            freeTask(objects);
        }
        return null;
    }

    /** Models {@code dup_task_struct()}. */
    private boolean allocTask(Objects objects) {
        Task running = sched.current();
        objects.task = tasks.alloc(running, GfpMask.KERNEL);
        if (objects.task == 0) {
            return false;
        }
        objects.stack = memory.vmalloc(running, STACK_BYTES, GfpMask.KERNEL);
        if (objects.stack == 0) {
            tasks.free(running, objects.task);
            return false;
        }
        return true;
    }

    private void freeTask(Objects objects) {
        Task running = sched.current();
        memory.vfree(running, objects.stack);
        tasks.free(running, objects.task);
    }

    private void freePid(Objects objects) {
        pids.free(sched.current(), objects.pid);
    }

    private boolean allocParts(Objects objects, List<KmemCache> kinds) {
        Task running = sched.current();
        for (int i = 0; i < kinds.size(); i++) {
            objects.parts[i] = kinds.get(i).alloc(running, GfpMask.KERNEL);
            if (objects.parts[i] == 0) {
                return false;
            }
        }
        return true;
    }

    /** Gives back those that there are: all, or the first ones. */
    private void freeParts(Objects objects, List<KmemCache> kinds) {
        Task running = sched.current();
        for (int i = 0; i < kinds.size() && objects.parts[i] != 0; i++) {
            kinds.get(i).free(running, objects.parts[i]);
            objects.parts[i] = 0;
        }
    }
}
