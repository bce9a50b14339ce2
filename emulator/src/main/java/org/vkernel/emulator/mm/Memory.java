package org.vkernel.emulator.mm;

import com.google.common.base.Preconditions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Limits;
import org.vkernel.emulator.locking.PerCpuCounters;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/**
 * A kernel's memory: what {@code kmalloc()} and its kin are asked.
 *
 * <p>Memory is modelled by number: an allocation that succeeds is a count, and the bytes that need
 * to exist are arrays of whoever asked. Each allocation can fail; callers handle that as Linux's
 * do.
 */
public final class Memory {
    /** The greatest physically contiguous allocation ({@code KMALLOC_MAX_SIZE}). */
    public static final int KMALLOC_MAX_BYTES = 4 << 20;

    private static final int PAGE_BYTES = 4096;

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
    private static final int VMALLOC = LARGE + 1;
    private static final int FIRST_CACHE = VMALLOC + 1;

    private final Scheduler sched;
    private final PerCpuCounters live;
    private final List<KmemCache> caches = new ArrayList<>();
    private @Nullable FaultInjector faults;

    /** A kernel's memory, all of it free. */
    public Memory(Scheduler sched) {
        this.sched = sched;
        this.live = new PerCpuCounters(sched, FIRST_CACHE + Limits.KMEM_CACHES);
    }

    /** Makes allocations fail as {@code injector} says; null: none. */
    public void setFaults(@Nullable FaultInjector injector) {
        faults = injector;
    }

    /** {@code kmem_cache_create()}. */
    public KmemCache createCache(String name, int objectBytes) {
        Preconditions.checkState(
                caches.size() < Limits.KMEM_CACHES, "more than %s caches", Limits.KMEM_CACHES);
        KmemCache cache = new KmemCache(this, name, objectBytes, FIRST_CACHE + caches.size());
        caches.add(cache);
        return cache;
    }

    // ---- Allocations ------------------------------------------------------------------------

    /** As {@link #kmalloc(Task, long, GfpMask)}, for the running task. */
    public boolean kmalloc(long bytes, GfpMask gfp) {
        return kmalloc(sched.current(), bytes, gfp);
    }

    /**
     * Takes physically contiguous memory.
     *
     * <p>Models {@code kmalloc()} (mm/slub.c).
     *
     * <p>Context: any. Sleeps: if {@code gfp} allows it. Ownership: the caller's, until {@link
     * #kfree} with the same number of bytes.
     *
     * @return whether there was memory; false is the kernel's null
     */
    public boolean kmalloc(Task running, long bytes, GfpMask gfp) {
        int index = kmallocIndex(bytes);
        return bytes <= KMALLOC_MAX_BYTES
                && take(
                        running,
                        index == LARGE ? "pages" : KMALLOC_NAMES[index],
                        index,
                        bytes,
                        gfp);
    }

    /** {@code kfree()}. Context: any. Sleeps: never. */
    public void kfree(Task running, long bytes) {
        giveBack(running, kmallocIndex(bytes));
    }

    /** As {@link #kfree(Task, long)}, for the running task. */
    public void kfree(long bytes) {
        kfree(sched.current(), bytes);
    }

    /**
     * Takes memory that is contiguous only virtually.
     *
     * <p>Models {@code vmalloc()} (mm/vmalloc.c). Context: process. Sleeps: may.
     */
    public boolean vmalloc(Task running, long bytes, GfpMask gfp) {
        return take(running, "vmalloc", VMALLOC, bytes, gfp);
    }

    /** {@code vfree()}, or {@code vfree_atomic()} where the context asks for it. Context: any. */
    public void vfree(Task running) {
        giveBack(running, VMALLOC);
    }

    boolean take(Task running, String cache, int index, long bytes, GfpMask gfp) {
        if (gfp.allowBlocking()) {
            mightSleep(running);
        }
        sched.point(Access.ALLOC, 0);
        FaultInjector injector = faults;
        if (injector != null
                && !gfp.isNoFail()
                && injectedFailure(injector, running, cache, index, bytes, gfp)) {
            return false;
        }
        live.add(running, index, 1);
        return true;
    }

    /** Caches are asked for as slabs; what lies above them, as pages. */
    private static boolean injectedFailure(
            FaultInjector injector,
            Task running,
            String cache,
            int index,
            long bytes,
            GfpMask gfp) {
        if (index == LARGE) {
            int order = Long.SIZE - Long.numberOfLeadingZeros((bytes - 1) / PAGE_BYTES);
            return injector.failPages(running, order, gfp);
        }
        return index == VMALLOC
                ? injector.failPages(running, 0, gfp)
                : injector.failSlab(running, cache, bytes, gfp);
    }

    private void mightSleep(Task running) {
        if (running.preemptCount() != 0 || running.irqsDisabled() || running.rcuNesting() != 0) {
            sched.mightSleep(); // reports it
        }
    }

    void giveBack(Task running, int index) {
        live.add(running, index, -1);
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

    // ---- What is taken ----------------------------------------------------------------------

    long live(int index) {
        return live.sum(index);
    }

    /** How many objects of all kinds are taken; exact while nothing runs. */
    public long liveObjects() {
        long sum = 0;
        for (int index = 0; index < FIRST_CACHE + caches.size(); index++) {
            sum += live.sum(index);
        }
        return sum;
    }

    /** What is still taken, a line for each kind: {@code "kmalloc-512: 2 objects"}. */
    public List<String> inUse() {
        List<String> lines = new ArrayList<>();
        for (int index = 0; index < FIRST_CACHE + caches.size(); index++) {
            long count = live.sum(index);
            if (count != 0) {
                lines.add(name(index) + ": " + count + (count == 1 ? " object" : " objects"));
            }
        }
        return lines;
    }

    private String name(int index) {
        if (index < LARGE) {
            return KMALLOC_NAMES[index];
        }
        if (index < FIRST_CACHE) {
            return index == LARGE ? "pages" : "vmalloc";
        }
        return caches.get(index - FIRST_CACHE).name();
    }

    /**
     * Reports what is still taken, at the kernel's end. Context: process, with nothing else left.
     */
    public void checkLeaks() {
        List<String> lines = inUse();
        if (!lines.isEmpty()) {
            sched.reportBroken("memory leak at shutdown", String.join("\n", lines));
        }
    }
}
