package org.vkernel.emulator.mm;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.Limits;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/**
 * A kernel's memory: what {@code kmalloc()} and its kin are asked.
 *
 * <p>Memory is modelled by number: what an allocation gives is the number of an object (see {@link
 * ObjectNumbers}), and the bytes that need to exist are arrays of whoever asked. Pages run out as
 * Linux's do; callers handle that as Linux's do.
 */
public final class Memory {
    /** The greatest physically contiguous allocation ({@code KMALLOC_MAX_SIZE}). */
    public static final int KMALLOC_MAX_BYTES = 4 << 20;

    /** The size of a page. */
    public static final int PAGE_BYTES = BuddyZone.PAGE_BYTES;

    private static final int[] KMALLOC_BYTES = {
        8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192
    };
    private static final String[] KMALLOC_NAMES = {
        "kmalloc-8",
        "kmalloc-16",
        "kmalloc-32",
        "kmalloc-64",
        "kmalloc-96",
        "kmalloc-128",
        "kmalloc-192",
        "kmalloc-256",
        "kmalloc-512",
        "kmalloc-1k",
        "kmalloc-2k",
        "kmalloc-4k",
        "kmalloc-8k",
    };
    private static final int LARGE = KMALLOC_BYTES.length;

    /** What an {@link ObjectObserver} and a leak's report call blocks of pages. */
    private static final String PAGES = "pages";

    private static final String VMALLOC = "vmalloc";

    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final PageAllocator pages;
    private final PageCache pageCache;
    private final Reclaim reclaim;
    private final OomKiller oomKiller;
    private final VmallocAreas vmallocAreas;
    private final MemoryInfo info;
    private final KmemCache[] kmalloc = new KmemCache[LARGE];
    private volatile ImmutableList<KmemCache> caches;
    private volatile @Nullable AllocationFailures failures;
    private @Nullable FaultInjector faults;
    private @Nullable ObjectObserver observer;
    private @Nullable ObjectKeeper keeper;

    // Guarded by the zone's lock.
    private int blocks;
    private int blockPages;

    /**
     * A kernel's memory.
     *
     * @param bytes how much there is
     * @param cachedBytes how much of it is page cache at first
     */
    public Memory(VirtualKernel kernel, long bytes, long cachedBytes) {
        this(kernel, (int) (bytes / PAGE_BYTES), Watermarks.of((int) (bytes / PAGE_BYTES)));
        if (cachedBytes != 0) {
            int cached = (int) (cachedBytes / PAGE_BYTES);
            pageCache.fill(sched.current(), cached, pages.marks().high());
        }
    }

    private Memory(VirtualKernel kernel, int pageCount, Watermarks marks) {
        this.kernel = kernel;
        this.sched = kernel.sched();
        this.pages = new PageAllocator(this, sched, pageCount, marks);
        this.pageCache = new PageCache(pages);
        this.reclaim = new Reclaim(this, sched, pages);
        this.oomKiller = new OomKiller(kernel, this, pages);
        this.vmallocAreas = new VmallocAreas(this, pages);
        this.info = new MemoryInfo(this, pages);
        for (int index = 0; index < LARGE; index++) {
            kmalloc[index] =
                    new KmemCache(this, sched, pages, KMALLOC_NAMES[index], KMALLOC_BYTES[index]);
        }
        this.caches = ImmutableList.copyOf(kmalloc);
        watchCaches();
        kernel.proc().create("/proc/meminfo", info::meminfo);
        kernel.proc().create("/proc/buddyinfo", info::buddyinfo);
        kernel.proc().create("/proc/slabinfo", info::slabinfo);
    }

    // ---- The parts ---------------------------------------------------------------------------

    VirtualKernel kernel() {
        return kernel;
    }

    /** The pages of files: what reclaim takes back. */
    public PageCache pageCache() {
        return pageCache;
    }

    Reclaim reclaim() {
        return reclaim;
    }

    OomKiller oomKiller() {
        return oomKiller;
    }

    VmallocAreas vmallocAreas() {
        return vmallocAreas;
    }

    MemoryInfo info() {
        return info;
    }

    List<KmemCache> caches() {
        return caches;
    }

    /** Made at the first failure; two CPUs that fail at once may each limit their own reports. */
    AllocationFailures failures() {
        AllocationFailures made = failures;
        if (made == null) {
            made = new AllocationFailures(kernel, this);
            failures = made;
        }
        return made;
    }

    /** The marks that decide who gets a page. */
    public Watermarks watermarks() {
        return pages.marks();
    }

    /** How many pages there are in all. */
    public int managedPages() {
        return pages.zone().managedPages();
    }

    /** How many pages are free ({@code nr_free_pages()}); exact while nothing runs. */
    public int freePages() {
        return pages.zone().freePages();
    }

    // ---- Who watches and who disturbs ----------------------------------------------------------

    /** Makes allocations fail as {@code injector} says; null: none. */
    public void setFaults(@Nullable FaultInjector injector) {
        faults = injector;
        watchCaches();
    }

    @Nullable FaultInjector faults() {
        return faults;
    }

    /** Has {@code watcher} told of each object that comes and goes; null: nobody. */
    public void setObserver(@Nullable ObjectObserver watcher) {
        observer = watcher;
        watchCaches();
    }

    @Nullable ObjectObserver observer() {
        return observer;
    }

    /** Who keeps objects that count as free. Called before it keeps any. */
    public void setKeeper(ObjectKeeper who) {
        keeper = who;
    }

    long kept(KmemCache cache) {
        ObjectKeeper known = keeper;
        return known == null ? 0 : known.kept(cache);
    }

    private void watchCaches() {
        caches.forEach(cache -> cache.setWatched(isWatched()));
    }

    private boolean isWatched() {
        return sched.sim() != null || sched.checksSleeping() || faults != null || observer != null;
    }

    /** {@code might_alloc()}: reports a request that may sleep where that is forbidden. */
    void checkContext(Task running, GfpMask gfp) {
        if (gfp.allowBlocking()
                && (running.preemptCount() != 0
                        || running.irqsDisabled()
                        || running.rcuNesting() != 0)) {
            sched.mightSleep(); // reports it
        }
    }

    boolean isOomVictim(Task running) {
        UserProcess process = running.process();
        return process != null && process.pages().isVictim();
    }

    /** Sleeps a tick, for somebody else to give memory back. */
    void sleepTick() {
        var _ = kernel.timers().scheduleTimeoutUninterruptible(1);
    }

    /**
     * Whether a request may use more than what is above the watermarks ({@code
     * gfp_pfmemalloc_allowed()}).
     */
    public boolean mayUseReserves(Task running, GfpMask gfp) {
        return pages.mayUseReserves(running, gfp);
    }

    // ---- Caches ------------------------------------------------------------------------------

    /** {@code kmem_cache_create()}. Context: process, of a kernel that boots or loads a module. */
    public KmemCache createCache(String name, int objectBytes) {
        Preconditions.checkState(
                caches.size() < LARGE + Limits.KMEM_CACHES,
                "more than %s caches",
                Limits.KMEM_CACHES);
        KmemCache cache = new KmemCache(this, sched, pages, name, objectBytes);
        cache.setWatched(isWatched());
        caches = ImmutableList.<KmemCache>builder().addAll(caches).add(cache).build();
        return cache;
    }

    /**
     * Gives back to the zone what caches keep and no owner has: {@code kmem_cache_shrink()} of all.
     * Only while nothing else runs.
     */
    public void shrinkAll() {
        Task running = sched.current();
        ObjectKeeper known = keeper;
        if (known != null) {
            known.giveBackAll(running);
        }
        for (KmemCache cache : caches) {
            cache.shrink(running);
        }
    }

    // ---- kmalloc -----------------------------------------------------------------------------

    /** As {@link #kmalloc(Task, long, GfpMask)}, for the running task. */
    public int kmalloc(long bytes, GfpMask gfp) {
        return kmalloc(sched.current(), bytes, gfp);
    }

    /**
     * Takes physically contiguous memory.
     *
     * <p>Models {@code kmalloc()} (mm/slub.c).
     *
     * <p>Context: any. Sleeps: if {@code gfp} allows it. Ownership: the caller's, until {@link
     * #kfree}.
     *
     * @return the object's number; 0 is the kernel's null
     */
    public int kmalloc(Task running, long bytes, GfpMask gfp) {
        int index = kmallocIndex(bytes);
        if (index < LARGE) {
            return bytes == 0 ? ObjectNumbers.ZERO_SIZE : kmalloc[index].alloc(running, bytes, gfp);
        }
        if (bytes > KMALLOC_MAX_BYTES) {
            failures().tooLarge(running, order(bytes), gfp);
            return ObjectNumbers.NULL;
        }
        return allocBlock(running, order(bytes), bytes, gfp);
    }

    /** {@code kfree()}; of null nothing. Context: any. Sleeps: never. */
    public void kfree(Task running, int object) {
        if (ObjectNumbers.isZeroOrNull(object)) {
            return;
        }
        Slab slab = pages.zone().slab(ObjectNumbers.frame(object));
        if (slab != null) {
            slab.cache.free(running, object);
        } else {
            freeBlock(running, object);
        }
    }

    /** As {@link #kfree(Task, int)}, for the running task. */
    public void kfree(int object) {
        kfree(sched.current(), object);
    }

    /** Which cache an object is of; null: of none. */
    public @Nullable KmemCache cacheOf(int object) {
        Slab slab = pages.zone().slab(ObjectNumbers.frame(object));
        return slab == null ? null : slab.cache;
    }

    /** Which of the general caches serves {@code bytes}. Models {@code kmalloc_index()}. */
    private static int kmallocIndex(long bytes) {
        if (bytes > 192) {
            // 256 is at index 7, and each class after it is twice the one before.
            int index = 7 + Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(bytes - 1) - 8);
            return Math.min(index, LARGE);
        }
        int index = 0;
        while (KMALLOC_BYTES[index] < bytes) {
            index++;
        }
        return index;
    }

    // ---- Pages -------------------------------------------------------------------------------

    /** {@code get_order()}. */
    private static int order(long bytes) {
        return Long.SIZE - Long.numberOfLeadingZeros((bytes - 1) / PAGE_BYTES);
    }

    /**
     * Takes 2^{@code order} pages in one piece.
     *
     * <p>Models {@code __get_free_pages()}. Context: any. Sleeps: if {@code gfp} allows it.
     *
     * @return the block's number, for {@link #kfree}; 0 is the kernel's null
     */
    public int allocPages(Task running, int order, GfpMask gfp) {
        return allocBlock(running, order, (long) PAGE_BYTES << order, gfp);
    }

    private int allocBlock(Task running, int order, long bytes, GfpMask gfp) {
        sched.point(Access.ALLOC, 0);
        int frame = pages.alloc(running, order, gfp);
        if (frame == 0) {
            return ObjectNumbers.NULL;
        }
        pages.lock(running);
        blocks++;
        blockPages += 1 << order;
        pages.unlock(running);
        int object = ObjectNumbers.of(frame, 0);
        ObjectObserver watcher = observer;
        if (watcher != null) {
            watcher.allocated(running, object, PAGES, bytes, gfp);
        }
        return object;
    }

    private void freeBlock(Task running, int object) {
        ObjectObserver watcher = observer;
        if (watcher != null) {
            watcher.freed(running, object, PAGES);
        }
        int frame = ObjectNumbers.frame(object);
        pages.lock(running);
        byte kind = pages.zone().kind(frame);
        boolean isBlock = PageKind.isBlock(kind) && ObjectNumbers.index(object) == 0;
        if (isBlock) {
            int order = PageKind.order(kind);
            blocks--;
            blockPages -= 1 << order;
            pages.zone().free(frame, order);
        }
        pages.unlock(running);
        if (!isBlock) {
            sched.reportBroken(
                    "BUG: Bad page state",
                    String.format(
                            "kfree() of the page %#x, which %s",
                            frame, PageKind.isFree(kind) ? "is free" : "nobody took by kmalloc()"));
        }
    }

    /** How many pages blocks have. */
    int blockPages() {
        return blockPages;
    }

    // ---- vmalloc -----------------------------------------------------------------------------

    /**
     * Takes memory that is contiguous only virtually.
     *
     * <p>Models {@code __vmalloc()} (mm/vmalloc.c). Context: process. Sleeps: if {@code gfp} allows
     * it. Ownership: the caller's, until {@link #vfree}.
     *
     * @return the area's number; 0 is the kernel's null
     */
    public int vmalloc(Task running, long bytes, GfpMask gfp) {
        sched.point(Access.ALLOC, 0);
        int object = vmallocAreas.alloc(running, bytes, gfp);
        ObjectObserver watcher = observer;
        if (watcher != null && object != 0) {
            watcher.allocated(running, object, VMALLOC, bytes, gfp);
        }
        return object;
    }

    /** {@code vfree()}, or {@code vfree_atomic()} where the context asks for it. Context: any. */
    public void vfree(Task running, int object) {
        ObjectObserver watcher = observer;
        if (watcher != null) {
            watcher.freed(running, object, VMALLOC);
        }
        vmallocAreas.free(running, object);
    }

    // ---- Memory of processes -----------------------------------------------------------------

    /** A new process's memory: none yet. */
    public UserPages newUserPages() {
        return new UserPages(pages);
    }

    /**
     * The running process touches a page that it has not touched before.
     *
     * <p>Models {@code handle_mm_fault()}. Context: process; sleeps.
     *
     * @return 0; {@code -ENOMEM}
     */
    public int touchPage(UserPages process) {
        Task running = sched.current();
        sched.point(Access.ALLOC, 0);
        return process.touch(running) ? 0 : -Errno.ENOMEM;
    }

    /** A process gives pages back, those touched last first. Context: process. */
    public void releasePages(UserPages process, int count) {
        process.release(sched.current(), count);
    }

    // ---- What is taken -----------------------------------------------------------------------

    /** How many objects of all kinds are taken; exact while nothing runs. */
    public long liveObjects() {
        long sum = (long) blocks + vmallocAreas.areas();
        for (KmemCache cache : caches) {
            sum += cache.live();
        }
        return sum;
    }

    /** What is still taken, a line for each kind: {@code "kmalloc-512: 2 objects"}. */
    public List<String> inUse() {
        List<String> lines = new ArrayList<>();
        for (KmemCache cache : caches) {
            add(lines, cache.name(), cache.live());
        }
        add(lines, PAGES, blocks);
        add(lines, VMALLOC, vmallocAreas.areas());
        return lines;
    }

    private static void add(List<String> lines, String name, long count) {
        if (count != 0) {
            lines.add(name + ": " + count + (count == 1 ? " object" : " objects"));
        }
    }

    /**
     * Reports what is still taken, at the kernel's end. Context: process, with nothing else left.
     */
    public void checkLeaks() {
        List<String> lines = inUse();
        int lost = info.lostPages();
        if (lines.isEmpty() && lost != 0) {
            lines.add(lost + " pages that nobody has");
        }
        if (!lines.isEmpty()) {
            kernel.report(
                    "memory leak at shutdown",
                    String.join("\n", lines),
                    observer instanceof ObjectTracker tracker
                            ? tracker.places()
                            : ImmutableList.of());
        }
    }

    /** Fails if the zone's or a cache's lists do not add up. Only while nothing runs. */
    public void checkInvariants() {
        pages.zone().checkInvariants();
        caches.forEach(KmemCache::checkInvariants);
    }
}
