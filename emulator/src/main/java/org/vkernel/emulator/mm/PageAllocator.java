package org.vkernel.emulator.mm;

import org.vkernel.emulator.mm.GfpMask.Flag;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.PreemptCount;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/**
 * Decides whether a request for pages is met: by the watermarks, and where they are reached by what
 * the request's mask and its context allow.
 *
 * <p>Models {@code __alloc_pages()} (mm/page_alloc.c) with one zone and without compaction.
 *
 * <pre>
 *   free above low?            yes: done
 *   wake kswapd; above min, less what the mask may use of it?  yes: done
 *   all reserves allowed?      take any page
 *   may not block?             fail
 *   reclaim directly           got one: done
 *   NORETRY, or a costly order without RETRY_MAYFAIL?          fail
 *   progress, or still something to reclaim?                   again
 *   OOM killer                 killed somebody, or waits for it: again
 *   else                       fail; with NOFAIL again
 * </pre>
 */
final class PageAllocator {
    /** {@code PAGE_ALLOC_COSTLY_ORDER}: greater blocks are not worth killing for. */
    static final int COSTLY_ORDER = 3;

    /** {@code MAX_RECLAIM_RETRIES}: rounds without progress before the OOM killer. */
    static final int MAX_RETRIES = 16;

    /** What a point names that looks at how much is free; no object's number. */
    static final long ZONE_OBJECT = 1L << 62;

    private final Memory memory;
    private final Scheduler sched;
    private final BuddyZone zone;
    private final Watermarks marks;
    private final RawLock lock;

    PageAllocator(Memory memory, Scheduler sched, int pages, Watermarks marks) {
        this.memory = memory;
        this.sched = sched;
        this.zone = new BuddyZone(pages);
        this.marks = marks;
        this.lock = new RawLock(sched, "zone->lock");
    }

    BuddyZone zone() {
        return zone;
    }

    Watermarks marks() {
        return marks;
    }

    /** {@code zone->lock}; taken last. */
    void lock(Task running) {
        lock.lock(running);
    }

    void unlock(Task running) {
        lock.unlock(running);
    }

    // ---- Taking ------------------------------------------------------------------------------

    /**
     * Takes a block of 2^{@code order} pages.
     *
     * <p>Context: any. Sleeps: if {@code gfp} allows it.
     *
     * @return its first frame, or 0
     */
    int alloc(Task running, int order, GfpMask gfp) {
        if (order > BuddyZone.MAX_ORDER) {
            memory.failures().tooLarge(running, order, gfp);
            return 0;
        }
        memory.checkContext(running, gfp);
        FaultInjector faults = memory.faults();
        if (faults != null && !gfp.isNoFail() && faults.failPages(running, order, gfp)) {
            return 0;
        }
        int frame = tryTake(running, order, marks.low(), 0);
        return frame != 0 ? frame : slowPath(running, order, gfp);
    }

    /** Models {@code get_page_from_freelist()}: a block, if the mark holds afterwards, or 0. */
    private int tryTake(Task running, int order, int mark, int flags) {
        lock.lock(running);
        int frame =
                Watermarks.hasEnough(zone.freePages(), order, mark, flags) ? zone.take(order) : 0;
        lock.unlock(running);
        return frame;
    }

    /** {@code __free_pages()}. Context: any. Sleeps: never. */
    void free(Task running, int frame, int order) {
        lock.lock(running);
        zone.free(frame, order);
        lock.unlock(running);
    }

    // ---- When they run low -------------------------------------------------------------------

    /** Models {@code __alloc_pages_slowpath()}. */
    private int slowPath(Task running, int order, GfpMask gfp) {
        sched.point(Access.ATOMIC, ZONE_OBJECT);
        int flags = allocFlags(gfp);
        wakeKswapd(gfp);
        int frame = tryTake(running, order, marks.min(), flags);
        if (frame == 0 && !givesUpWithoutReclaim(order, gfp)) {
            frame = retry(running, order, gfp, flags);
        }
        if (frame == 0) {
            memory.failures().pages(running, order, gfp);
        }
        return frame;
    }

    /** There is no compaction, which is all that a costly order that must not try hard gets. */
    private static boolean givesUpWithoutReclaim(int order, GfpMask gfp) {
        return order > COSTLY_ORDER
                && gfp.allowBlocking()
                && gfp.isNoRetry()
                && !gfp.isMemAlloc()
                && !gfp.isNoFail();
    }

    private int retry(Task running, int order, GfpMask gfp, int flags) {
        Attempt attempt = new Attempt(order, gfp, flags);
        for (; ; ) {
            int frame = round(running, attempt);
            if (frame == 0 && attempt.isOver) {
                if (!gfp.isNoFail() || !gfp.allowBlocking()) {
                    return 0;
                }
                frame = tryTake(running, order, marks.min(), AllocFlags.MIN_RESERVE);
            }
            if (frame != 0) {
                return frame;
            }
            if (attempt.isOver) {
                // Differs from Linux, which only lets others run: time passes, too.
                attempt.isOver = false;
                memory.sleepTick();
            }
        }
    }

    /** A request that has not been met yet. */
    private static final class Attempt {
        final int order;
        final GfpMask gfp;
        final int flags;

        /** Rounds of reclaim without progress, one after the other. */
        int idleRounds;

        /** Whether it is to fail, unless it must not. */
        boolean isOver;

        Attempt(int order, GfpMask gfp, int flags) {
            this.order = order;
            this.gfp = gfp;
            this.flags = flags;
        }

        boolean isCostly() {
            return order > COSTLY_ORDER;
        }

        int giveUp() {
            isOver = true;
            return 0;
        }
    }

    /** From the label {@code retry} on, once: a frame; or 0, to go on or because it is over. */
    private int round(Task running, Attempt attempt) {
        GfpMask gfp = attempt.gfp;
        int order = attempt.order;
        wakeKswapd(gfp);
        int reserve = reserveFlags(running, gfp);
        int flags = reserve != 0 ? reserve : attempt.flags;
        int frame = tryTake(running, order, marks.min(), flags);
        if (frame != 0) {
            return frame;
        }
        if (!gfp.allowBlocking() || (running.flags() & Task.PF_MEMALLOC) != 0) {
            return attempt.giveUp();
        }
        boolean hasProgress = memory.reclaim().direct(running) > 0;
        frame = tryTake(running, order, marks.min(), flags);
        if (frame != 0) {
            return frame;
        }
        if (gfp.isNoRetry() || (attempt.isCostly() && !gfp.isRetryMayFail())) {
            return attempt.giveUp();
        }
        if (shouldRetry(running, attempt, flags, hasProgress)) {
            return 0;
        }
        return callOomKiller(running, attempt, flags);
    }

    /** Models {@code should_reclaim_retry()} and {@code should_compact_retry()}. */
    private boolean shouldRetry(Task running, Attempt attempt, int flags, boolean hasProgress) {
        if (hasProgress && !attempt.isCostly()) {
            attempt.idleRounds = 0;
        } else if (++attempt.idleRounds > MAX_RETRIES) {
            return false;
        }
        lock.lock(running);
        long available = (long) zone.freePages() + memory.pageCache().pages();
        boolean canHelp =
                Watermarks.hasEnough(available, attempt.order, marks.min(), flags)
                        && zone.hasBlock(attempt.order);
        // Without compaction more reclaim is all that may make a block.
        boolean mayMerge =
                hasProgress
                        && attempt.order > 0
                        && !attempt.isCostly()
                        && Watermarks.hasEnough(zone.freePages(), 0, marks.min(), flags);
        lock.unlock(running);
        sched.condResched();
        return canHelp || mayMerge;
    }

    /** Models {@code __alloc_pages_may_oom()} and what follows it. */
    private int callOomKiller(Task running, Attempt attempt, int flags) {
        GfpMask gfp = attempt.gfp;
        // Somebody may have given much back meanwhile.
        int frame = tryTake(running, attempt.order, marks.high(), 0);
        if (frame != 0) {
            return frame;
        }
        boolean helps = !attempt.isCostly() && !gfp.isRetryMayFail() && !gfp.has(Flag.THISNODE);
        helps = helps && memory.oomKiller().outOfMemory(running, attempt.order, gfp);
        if (helps && gfp.isNoFail()) {
            frame = tryTake(running, attempt.order, marks.min(), AllocFlags.NO_WATERMARKS);
            if (frame != 0) {
                return frame;
            }
        }
        boolean isVictim = memory.isOomVictim(running);
        boolean hadReserve = (flags & AllocFlags.OOM) != 0 || gfp.isNoMemAlloc();
        if (!helps || (isVictim && hadReserve)) {
            return attempt.giveUp();
        }
        attempt.idleRounds = 0;
        return 0;
    }

    // ---- What a request may do ---------------------------------------------------------------

    /** Models {@code gfp_to_alloc_flags()}; no task is a real-time one. */
    private static int allocFlags(GfpMask gfp) {
        int flags = gfp.isHigh() ? AllocFlags.MIN_RESERVE : 0;
        if (!gfp.allowBlocking() && !gfp.isNoMemAlloc()) {
            flags |= AllocFlags.NON_BLOCK;
        }
        return flags;
    }

    /** Models {@code __gfp_pfmemalloc_flags()}. */
    private int reserveFlags(Task running, GfpMask gfp) {
        if (gfp.isNoMemAlloc()) {
            return 0;
        }
        if (mayUseAll(running, gfp)) {
            return AllocFlags.NO_WATERMARKS;
        }
        boolean isInterrupt = PreemptCount.inInterrupt(running.preemptCount());
        return !isInterrupt && memory.isOomVictim(running) ? AllocFlags.OOM : 0;
    }

    private static boolean mayUseAll(Task running, GfpMask gfp) {
        if (gfp.isMemAlloc()) {
            return true;
        }
        // N.B. a softirq on top of a task that frees memory has not that task's rights.
        return (running.flags() & Task.PF_MEMALLOC) != 0
                && !PreemptCount.inInterrupt(running.preemptCount());
    }

    /** Whether a request may use reserves at all ({@code gfp_pfmemalloc_allowed()}). */
    boolean mayUseReserves(Task running, GfpMask gfp) {
        return reserveFlags(running, gfp) != 0;
    }

    private void wakeKswapd(GfpMask gfp) {
        if (gfp.isKswapdReclaim()) {
            memory.reclaim().wakeKswapd();
        }
    }
}
