package org.vkernel.emulator.skb;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.check.Reporter;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KmemCache;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;

/** Allocates and frees a kernel's sk_buffs (net/core/skbuff.c). */
public final class SkBuffs {
    /** What memory is filled with that was never written ({@code POISON_INUSE}). */
    static final byte POISON_INUSE = 0x5a;

    /** What freed memory is filled with ({@code POISON_FREE}). */
    static final byte POISON_FREE = 0x6b;

    static final byte[] NO_BYTES = {};

    private static final TraceKind KFREE = TraceKind.of("skb", "kfree_skb", "len", "truesize", "");

    final Scheduler sched;
    final Profile profile;
    final boolean checked;
    final int sharedInfoBytes;
    private final Memory memory;
    private final Trace trace;
    private final KmemCache heads;
    private final KmemCache smallHeads;

    /** Null where the use of a freed sk_buff is watched: another message's would not be told. */
    private final @Nullable SkBuffPool recycled;

    final SkBuffShadows shadows;

    /**
     * Makes a kernel's allocator.
     *
     * @param checks what is watched; data is filled with patterns, and places are noted, on the
     *     simulated machine only
     */
    public SkBuffs(
            Scheduler sched,
            Trace trace,
            Memory memory,
            Profile profile,
            Set<Check> checks,
            Reporter reporter) {
        this.sched = sched;
        this.trace = trace;
        this.memory = memory;
        this.profile = profile;
        this.shadows = new SkBuffShadows(sched, checks, reporter);
        this.checked = checks.contains(Check.MEMORY) && sched.sim() != null;
        this.sharedInfoBytes = profile.sharedInfoBytes();
        this.heads = memory.createCache("skbuff_head_cache", profile.skBuffBytes());
        this.recycled = sched.sim() != null || shadows.areWatched() ? null : new SkBuffPool(sched);
        this.smallHeads = memory.createCache("skbuff_small_head", profile.smallHeadBytes());
    }

    /** Whether runs are checked: data filled with patterns, places of frees noted. */
    public boolean isChecked() {
        return checked;
    }

    /**
     * An empty sk_buff with room for at least {@code size} bytes.
     *
     * <p>Models {@code alloc_skb()}.
     *
     * <p>Context: any. Sleeps: if {@code gfp} allows it. Ownership: its one reference is the
     * caller's.
     *
     * @return null if there is no memory
     */
    public @Nullable SkBuff alloc(int size, GfpMask gfp) {
        return alloc(sched.current(), size, gfp);
    }

    /** As {@link #alloc(int, GfpMask)}, for a caller that knows the running task. */
    public @Nullable SkBuff alloc(Task running, int size, GfpMask gfp) {
        int head = heads.alloc(running, gfp);
        if (head == 0) {
            return null;
        }
        long bytes = SkBuffSizes.allocDataBytes(profile, size);
        int data = takeDataOnce(running, bytes, gfp.beforeReserves());
        if (data == 0) {
            return allocFromReserves(running, size, gfp, head);
        }
        return make(running, size, bytes, head, data, false);
    }

    /** Its data is where nobody but who frees memory may take any, and it is marked so. */
    private @Nullable SkBuff allocFromReserves(Task running, int size, GfpMask gfp, int head) {
        long bytes = SkBuffSizes.allocDataBytes(profile, size);
        int data = memory.mayUseReserves(running, gfp) ? takeDataOnce(running, bytes, gfp) : 0;
        if (data == 0) {
            heads.free(running, head);
            return null;
        }
        SkBuff skb = make(running, size, bytes, head, data, false);
        skb.markPfmemalloc();
        return skb;
    }

    /**
     * An empty sk_buff for what a process sends: large unicasts come from memory that need not be
     * contiguous.
     *
     * <p>Models {@code netlink_alloc_large_skb()} (net/netlink/af_netlink.c).
     *
     * <p>Context: process. Sleeps: may. Ownership: as {@link #alloc}.
     *
     * @return null if there is no memory
     */
    public @Nullable SkBuff allocForSend(Task running, int size, boolean broadcast) {
        if (broadcast || !SkBuffSizes.isLargeUnicast(profile, size)) {
            return alloc(running, size, GfpMask.KERNEL);
        }
        long bytes = SkBuffSizes.largeUnicastDataBytes(profile, size);
        int data =
                profile.largeBuffers() == Profile.LargeBuffers.VMALLOC
                        ? 0
                        : memory.kmalloc(running, bytes, firstTry(bytes));
        boolean isVirtual = data == 0;
        if (isVirtual) {
            data = memory.vmalloc(running, bytes, GfpMask.KERNEL);
            if (data == 0) {
                return null;
            }
        }
        int head = heads.alloc(running, GfpMask.ATOMIC);
        if (head == 0) {
            giveBack(running, data, bytes, isVirtual);
            return null;
        }
        return make(running, size, bytes, head, data, isVirtual);
    }

    /**
     * The mask that {@code kvmalloc()} asks for contiguous memory with, before it falls back: more
     * than a page is not worth any reclaim, nor a word in the log.
     */
    private static GfpMask firstTry(long bytes) {
        return bytes <= 4096
                ? GfpMask.KERNEL
                : GfpMask.KERNEL.with(GfpMask.Flag.NOWARN).without(GfpMask.Flag.DIRECT_RECLAIM);
    }

    private SkBuff make(Task running, int size, long bytes, int head, int data, boolean isVirtual) {
        SkBuff skb = recycled == null ? null : recycled.take(running, size);
        if (skb == null) {
            skb = bare(running);
            skb.setArray(newBytes(size));
        }
        int end = SkBuffSizes.end(profile, bytes);
        skb.begin(head, data, end, SkBuffSizes.truesize(profile, bytes), isVirtual);
        shadows.remember(skb);
        return skb;
    }

    /** One that has no data yet. */
    SkBuff bare(Task running) {
        SkBuff skb = recycled == null ? null : recycled.takeBare(running);
        return skb == null ? new SkBuff(this) : skb;
    }

    /**
     * Takes one back that nobody uses any more.
     *
     * @param ownsData whether nobody else has its data, which has not been freed
     */
    void free(Task running, SkBuff skb, boolean ownsData) {
        if (ownsData) {
            freeData(running, skb.dataObject(), skb.array(), skb.dataBytes(), skb.isVirtual());
        }
        heads.free(running, skb.headObject());
        if (recycled == null) {
            skb.setArray(NO_BYTES);
        } else {
            recycled.giveBack(running, skb, ownsData);
        }
    }

    byte[] newBytes(int size) {
        if (recycled != null) {
            return SkBuffPool.newArray(size);
        }
        byte[] bytes = new byte[size];
        if (checked) {
            Arrays.fill(bytes, POISON_INUSE);
        }
        return bytes;
    }

    /** Memory for a head: its object's number, or 0. */
    int takeHead(Task running, GfpMask gfp) {
        return heads.alloc(running, gfp);
    }

    /**
     * Memory for data: its object's number, or 0. Who may use the reserves does so only if nothing
     * else is left.
     *
     * <p>Models {@code kmalloc_reserve()}.
     */
    int takeData(Task running, long bytes, GfpMask gfp) {
        int object = takeDataOnce(running, bytes, gfp.beforeReserves());
        return object == 0 && memory.mayUseReserves(running, gfp)
                ? takeDataOnce(running, bytes, gfp)
                : object;
    }

    private int takeDataOnce(Task running, long bytes, GfpMask gfp) {
        return bytes == smallHeads.objectBytes()
                ? smallHeads.alloc(running, gfp)
                : memory.kmalloc(running, bytes, gfp);
    }

    void freeData(Task running, int object, byte[] head, long bytes, boolean isVirtual) {
        if (checked) {
            Arrays.fill(head, POISON_FREE);
        }
        giveBack(running, object, bytes, isVirtual);
    }

    private void giveBack(Task running, int object, long bytes, boolean isVirtual) {
        if (isVirtual) {
            memory.vfree(running, object);
        } else if (bytes == smallHeads.objectBytes()) {
            smallHeads.free(running, object);
        } else {
            memory.kfree(running, object);
        }
    }

    /**
     * Those that code of a class loader of this name allocated itself and has neither freed nor
     * given away, with their places; none where nothing is noted.
     */
    public Map<SkBuff, BugReport.Place> leftBy(String classLoader) {
        return shadows.leftBy(classLoader);
    }

    void dropped(SkBuff skb, String reason) {
        if (trace.isActive()) {
            trace.emit(KFREE, skb.len(), skb.truesize(), 0, reason);
        }
    }

    /** How many sk_buffs there are; exact while nothing runs. */
    public long live() {
        return heads.live();
    }
}
