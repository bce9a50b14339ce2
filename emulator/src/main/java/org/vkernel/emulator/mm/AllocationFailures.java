package org.vkernel.emulator.mm;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.List;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.printk.Once;
import org.vkernel.emulator.printk.RateLimit;
import org.vkernel.emulator.sched.Task;

/**
 * What the log says of requests that were not met: {@code warn_alloc()}, {@code
 * slab_out_of_memory()}. Nothing of those with {@code __GFP_NOWARN}, and of the others no more than
 * Linux's limits let through. Context: any. Sleeps: never.
 */
final class AllocationFailures {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int FRAMES = 8;

    private final VirtualKernel kernel;
    private final Memory memory;
    private final RateLimit pagesLimit;
    private final RateLimit slabLimit;
    private final RateLimit oomLimit;
    private final Once tooLarge;

    AllocationFailures(VirtualKernel kernel, Memory memory) {
        this.kernel = kernel;
        this.memory = memory;
        this.pagesLimit = new RateLimit(kernel.sched(), 10 * SECOND_NS, 1);
        this.slabLimit = new RateLimit(kernel.sched());
        this.oomLimit = new RateLimit(kernel.sched());
        this.tooLarge = new Once(kernel.sched());
    }

    /** A request for pages failed. */
    void pages(Task running, int order, GfpMask gfp) {
        if (gfp.isNoWarn() || !pagesLimit.allows()) {
            return;
        }
        warn(
                "%s: page allocation failure: order:%d, mode:%s, nodemask=(null)",
                running.comm(), order, mode(gfp));
        stack(running);
        memoryInfo();
    }

    /** {@code vmalloc()} failed. */
    void vmalloc(Task running, long bytes, GfpMask gfp, String why) {
        if (gfp.isNoWarn() || !pagesLimit.allows()) {
            return;
        }
        warn(
                "%s: vmalloc error: size %d, %s, mode:%s, nodemask=(null)",
                running.comm(), bytes, why, mode(gfp));
        stack(running);
        memoryInfo();
    }

    /** More was asked for in one piece than there ever is. */
    void tooLarge(Task running, int order, GfpMask gfp) {
        if (!gfp.isNoWarn() && tooLarge.isFirst()) {
            warn(
                    "WARNING: %s asks for a block of order %d: the greatest is %d",
                    running.comm(), order, BuddyZone.MAX_ORDER);
            stack(running);
        }
    }

    /** A cache has no object and no pages for more. */
    void slab(Task running, KmemCache cache, GfpMask gfp) {
        if (gfp.isNoWarn() || !slabLimit.allows()) {
            return;
        }
        warn(
                "SLUB: Unable to allocate memory on CPU %d (of node 0) on node -1, gfp=%s",
                running.cpu().index(), mode(gfp));
        warn(
                "  cache: %s, object size: %d, buffer size: %d, default order: %d, min order: %d",
                cache.name(),
                cache.objectBytes(),
                cache.objectBytes(),
                cache.slabOrder(),
                cache.slabOrder());
        int objects = cache.slabs() * cache.objectsPerSlab();
        warn(
                "  node 0: slabs: %d, objs: %d, free: %d",
                cache.slabs(), objects, objects - cache.live());
    }

    /** The head of an OOM killer's report ({@code dump_header()}); whether it was let through. */
    boolean oom(Task running, int order, GfpMask gfp) {
        if (!oomLimit.allows()) {
            return false;
        }
        warn(
                "%s invoked oom-killer: gfp_mask=%s, order=%d, oom_score_adj=0",
                running.comm(), mode(gfp), order);
        stack(running);
        memoryInfo();
        return true;
    }

    private String mode(GfpMask gfp) {
        return String.format("%#x(%s)", kernel.profile().gfpValue(gfp), gfp);
    }

    private void stack(Task running) {
        warn("CPU: %d PID: %d Comm: %s", running.cpu().index(), running.pid(), running.comm());
        warn("Call Trace:");
        List<String> frames = StackTraces.here();
        frames.stream()
                .filter(frame -> !frame.startsWith("AllocationFailures."))
                .limit(FRAMES)
                .forEach(frame -> warn(" %s", frame));
    }

    private void memoryInfo() {
        warn("Mem-Info:");
        memory.info().summary().forEach(line -> warn("%s", line));
    }

    @FormatMethod
    private void warn(@FormatString String format, Object... args) {
        kernel.printk(LogLevel.WARNING, format, args);
    }
}
