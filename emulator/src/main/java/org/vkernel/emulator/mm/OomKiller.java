package org.vkernel.emulator.mm;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.time.Timer;

/**
 * Kills the process with the most pages when nothing else gives memory back; with none to kill the
 * kernel panics.
 *
 * <p>Models mm/oom_kill.c. A victim may use reserves, so that it comes to its end; if it has not
 * after two seconds its pages are taken from it.
 *
 * <p>Differs from Linux: a task that waits for a victim's end sleeps a tick, where Linux only lets
 * others run; and the reaper is a timer's function, not a thread.
 */
final class OomKiller {
    private static final int PAGE_KIB = BuddyZone.PAGE_BYTES / 1024;

    /** {@code OOM_REAPER_DELAY}, in seconds. */
    private static final int REAPER_DELAY_SECONDS = 2;

    private final VirtualKernel kernel;
    private final Memory memory;
    private final PageAllocator pages;

    /** {@code oom_lock}, which is only ever tried; guarded by the zone's lock. */
    private boolean busy;

    OomKiller(VirtualKernel kernel, Memory memory, PageAllocator pages) {
        this.kernel = kernel;
        this.memory = memory;
        this.pages = pages;
    }

    /**
     * Makes room for a request that nothing else can meet.
     *
     * <p>Models {@code __alloc_pages_may_oom()} and {@code out_of_memory()}. Context: process;
     * sleeps.
     *
     * @return whether it is worth while to try again
     */
    boolean outOfMemory(Task running, int order, GfpMask gfp) {
        if (!tryBegin(running)) {
            memory.sleepTick();
            return true;
        }
        boolean isUnderWay = !kill(running, order, gfp);
        end(running);
        if (isUnderWay) {
            memory.sleepTick();
        }
        return true;
    }

    private boolean tryBegin(Task running) {
        pages.lock(running);
        boolean begins = !busy;
        busy = true;
        pages.unlock(running);
        return begins;
    }

    private void end(Task running) {
        pages.lock(running);
        busy = false;
        pages.unlock(running);
    }

    /** Whether it killed; false if somebody is to end soon anyway, or nobody may be killed now. */
    private boolean kill(Task running, int order, GfpMask gfp) {
        UserProcess own = running.process();
        if (own != null && own != kernel.init() && isEnding(running)) {
            own.pages().markVictim();
            return true;
        }
        if (!gfp.isFs()) {
            return false; // Linux says that it may be reclaimed by others
        }
        List<UserProcess> living = kernel.processes();
        for (UserProcess process : living) {
            if (process.pages().isVictim() && !process.pages().isReaped()) {
                return false;
            }
        }
        UserProcess chosen = select(living);
        if (chosen == null) {
            panic(running, order, gfp);
            return false;
        }
        kill(chosen, memory.failures().oom(running, order, gfp), living);
        return true;
    }

    /** Models {@code task_will_free_mem()} of the running task. */
    private static boolean isEnding(Task running) {
        return running.fatalSignalPending() || (running.flags() & Task.PF_EXITING) != 0;
    }

    /** Models {@code select_bad_process()}: of equal ones the youngest. */
    private static @Nullable UserProcess select(List<UserProcess> living) {
        UserProcess chosen = null;
        for (UserProcess process : living) {
            boolean isCandidate = !process.pages().isVictim() && !process.isDead();
            if (isCandidate
                    && (chosen == null || process.pages().count() >= chosen.pages().count())) {
                chosen = process;
            }
        }
        return chosen;
    }

    /** Models {@code __oom_kill_process()}. */
    private void kill(UserProcess victim, boolean isLogged, List<UserProcess> living) {
        if (isLogged) {
            kernel.printk(LogLevel.INFO, "Tasks state (memory values in pages):");
            kernel.printk(LogLevel.INFO, "[  pid  ]   uid  tgid      rss oom_score_adj name");
            for (UserProcess process : living) {
                kernel.printk(
                        LogLevel.INFO,
                        "[%7d] %5d %5d %8d             0 %s",
                        process.tgid(),
                        process.uid(),
                        process.tgid(),
                        process.pages().count(),
                        process.comm());
            }
        }
        UserPages its = victim.pages();
        kernel.printk(
                LogLevel.ERR,
                "Out of memory: Killed process %d (%s) anon-rss:%dkB, UID:%d oom_score_adj:0",
                victim.tgid(),
                victim.comm(),
                its.count() * PAGE_KIB,
                victim.uid());
        its.markVictim();
        victim.signal(UserProcess.SIGKILL);
        Timer reaper = new Timer(kernel.timers(), "oom_reaper", timer -> reap(victim));
        reaper.setExpires(
                kernel.clock().jiffies()
                        + (long) REAPER_DELAY_SECONDS * kernel.config().ticksPerSecond());
        reaper.add();
        its.setReaper(reaper);
    }

    /** Models {@code oom_reap_task()}. Context: softirq. */
    private void reap(UserProcess victim) {
        if (victim.isDead()) {
            return;
        }
        int had = victim.pages().reap(kernel.sched().current());
        kernel.printk(
                LogLevel.INFO,
                "oom_reaper: reaped process %d (%s), now anon-rss:%dkB, had %dkB",
                victim.tgid(),
                victim.comm(),
                victim.pages().count() * PAGE_KIB,
                had * PAGE_KIB);
    }

    private void panic(Task running, int order, GfpMask gfp) {
        var _ = memory.failures().oom(running, order, gfp);
        kernel.printk(LogLevel.WARNING, "Out of memory and no killable processes...");
        kernel.report(
                "Kernel panic - not syncing: System is deadlocked on memory",
                String.format(
                        "%s wants a block of order %d with %s; %d of %d pages are free",
                        running, order, gfp, pages.zone().freePages(), pages.zone().managedPages()),
                StackTraces.here(),
                false);
        kernel.sched().halt();
    }
}
