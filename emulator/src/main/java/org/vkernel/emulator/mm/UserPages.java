package org.vkernel.emulator.mm;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.time.Timer;

/**
 * The memory of a user process, as far as the kernel minds it: how many pages it has, and whether
 * the OOM killer has chosen it. Models {@code struct mm_struct}; guarded by the zone's lock.
 */
public final class UserPages {
    private static final GfpMask ZEROED =
            GfpMask.HIGHUSER_MOVABLE.with(GfpMask.Flag.ZERO | GfpMask.Flag.COMP);

    private final PageAllocator pages;
    private int first;
    private int count;
    private volatile boolean victim;
    private volatile boolean reaped;
    private volatile @Nullable Timer reaper;

    UserPages(PageAllocator pages) {
        this.pages = pages;
    }

    /** How many pages the process has touched and not given back: its RSS. A guess for others. */
    public int count() {
        return count;
    }

    /**
     * The process touches a page for the first time.
     *
     * <p>Models {@code do_anonymous_page()}. Context: process; sleeps.
     *
     * @return whether there was one
     */
    boolean touch(Task running) {
        int frame = pages.alloc(running, 0, ZEROED);
        if (frame == 0) {
            return false;
        }
        pages.lock(running);
        if (reaped) {
            // As Linux does: what the reaper has passed over must not be used again.
            pages.zone().free(frame, 0);
        } else {
            pages.zone().setKind(frame, PageKind.USER);
            pages.zone().setNext(frame, first);
            first = frame;
            count++;
        }
        pages.unlock(running);
        return true;
    }

    /** {@code munmap()} of so many pages, those touched last; all that there are, if fewer. */
    void release(Task running, int wanted) {
        if (count == 0) {
            return;
        }
        pages.lock(running);
        BuddyZone zone = pages.zone();
        for (int left = wanted; left > 0 && first != 0; left--) {
            int frame = first;
            first = zone.next(frame);
            zone.free(frame, 0);
            count--;
        }
        pages.unlock(running);
    }

    /** {@code mark_oom_victim()}. */
    void markVictim() {
        victim = true;
    }

    /** {@code tsk_is_oom_victim()}: from then on it may use reserves, to end the sooner. */
    boolean isVictim() {
        return victim;
    }

    /** The OOM reaper takes all pages of a victim that does not end ({@code MMF_OOM_SKIP}). */
    int reap(Task running) {
        pages.lock(running);
        reaped = true;
        pages.unlock(running);
        int had = count;
        release(running, Integer.MAX_VALUE);
        return had;
    }

    void setReaper(Timer timer) {
        reaper = timer;
    }

    /**
     * The process has ended: all its pages go back.
     *
     * <p>Models {@code exit_mm()}. Context: process; sleeps.
     */
    public void exit(Task running) {
        Timer pending = reaper;
        if (pending != null) {
            var _ = pending.delSync();
            reaper = null;
        }
        release(running, Integer.MAX_VALUE);
    }

    boolean isReaped() {
        return reaped;
    }
}
