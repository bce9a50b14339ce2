package org.vkernel.emulator.mm;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;

/**
 * Takes pages back: by the task that wants one, or by {@code kswapd} ahead of need.
 *
 * <p>Models mm/vmscan.c for a kernel without swap, whose only reclaimable pages are those of the
 * {@link PageCache}. Taking a clean page back waits for nothing; differs from Linux: nobody is held
 * back because kswapd does not keep up.
 *
 * <p>Differs from Linux: kswapd begins when it is first needed, not at boot, so that a kernel that
 * never runs low boots faster.
 */
final class Reclaim {
    /** {@code SWAP_CLUSTER_MAX}: pages that a round takes back. */
    static final int CLUSTER = 32;

    private final Memory memory;
    private final Scheduler sched;
    private final PageAllocator pages;
    private @Nullable Task kswapd;

    /** {@code kswapd_failures}: its vain efforts since somebody has last taken a page back. */
    private volatile int failures;

    Reclaim(Memory memory, Scheduler sched, PageAllocator pages) {
        this.memory = memory;
        this.sched = sched;
        this.pages = pages;
    }

    /**
     * A round of reclaim by the running task.
     *
     * <p>Models {@code __perform_reclaim()}. Context: process; sleeps.
     *
     * @return how many pages it gave back
     */
    int direct(Task running) {
        sched.condResched();
        running.setFlags(Task.PF_MEMALLOC);
        int done = shrink(running);
        running.clearFlags(Task.PF_MEMALLOC);
        sched.condResched();
        return done;
    }

    private int shrink(Task running) {
        sched.point(Access.ATOMIC, PageAllocator.ZONE_OBJECT);
        int done = memory.pageCache().shrink(running, CLUSTER);
        if (done > 0) {
            failures = 0;
        }
        return done;
    }

    // ---- kswapd ------------------------------------------------------------------------------

    /** Models {@code pgdat_balanced()} of order 0: whether more is free than kswapd wants. */
    private boolean isBalanced() {
        return Watermarks.hasEnough(pages.zone().freePages(), 0, pages.marks().high(), 0);
    }

    /** Models {@code wakeup_kswapd()}. Context: any. Sleeps: never. */
    void wakeKswapd() {
        if (!isNeeded()) {
            return;
        }
        Task running = sched.current();
        pages.lock(running);
        Task daemon = kswapd;
        boolean isNew = daemon == null;
        if (daemon == null) {
            int pid = sched.allocatePid();
            daemon = sched.newTask(pid, "kswapd0", null, Task.PF_KTHREAD, this::run);
            kswapd = daemon;
        }
        pages.unlock(running);
        if (isNew) {
            sched.admit(daemon);
        } else {
            sched.wakeUp(daemon, TaskState.INTERRUPTIBLE);
        }
    }

    private boolean isNeeded() {
        return failures < PageAllocator.MAX_RETRIES && !isBalanced();
    }

    /** Models {@code kswapd()}: takes back until the high watermark holds, then sleeps. */
    private void run() {
        Task self = sched.current();
        self.setFlags(Task.PF_MEMALLOC);
        for (; ; ) {
            while (isNeeded()) {
                int before = failures;
                if (shrink(self) == 0) {
                    failures = before + 1;
                }
                sched.condResched();
            }
            self.setWaitsOn("memory to run low");
            self.setState(TaskState.INTERRUPTIBLE);
            if (isNeeded()) {
                self.setState(TaskState.RUNNING);
            } else {
                sched.schedule();
            }
            self.setWaitsOn(null);
        }
    }
}
