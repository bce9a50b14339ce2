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
import org.vkernel.emulator.mm.ObjectKeeper;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;

/** Allocates and frees a kernel's sk_buffs (net/core/skbuff.c). */
public final class SkBuffs implements ObjectKeeper {
    /** What memory is filled with that was never written ({@code POISON_INUSE}). */
    static final byte POISON_INUSE = 0x5a;

    /** What freed memory is filled with ({@code POISON_FREE}). */
    static final byte POISON_FREE = 0x6b;

    static final byte[] NO_BYTES = {};

    private static final GfpMask LIGHT_TRY =
            GfpMask.KERNEL.with(GfpMask.Flag.NOWARN).without(GfpMask.Flag.DIRECT_RECLAIM);

    private static final TraceKind KFREE = TraceKind.of("skb", "kfree_skb", "len", "truesize", "");

    final Scheduler sched;
    final Profile profile;
    final boolean checked;
    final int sharedInfoBytes;

    /** What an sk_buff is charged besides its data's room. */
    final int overheadBytes;

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
        this.smallHeads = memory.createCache("skbuff_small_head", profile.smallHeadBytes());
        this.overheadBytes = SkBuffSizes.truesize(profile, sharedInfoBytes);
        this.recycled = shadows.areWatched() ? null : newPool();
    }

    private SkBuffPool newPool() {
        memory.setKeeper(this);
        long bytes = (long) memory.managedPages() * Memory.PAGE_BYTES;
        return new SkBuffPool(
                sched, bytes, heads.objectBytes(), smallHeads.objectBytes(), sharedInfoBytes);
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
        long bytes = SkBuffSizes.allocDataBytes(profile, size);
        SkBuffPool pool = keptWithMemory();
        SkBuff kept = pool == null ? null : pool.takeWhole(running, bytes);
        if (kept != null) {
            kept.beginAgain();
            return kept;
        }
        int head = heads.alloc(running, gfp);
        if (head == 0) {
            return null;
        }
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
        return bytes <= 4096 ? GfpMask.KERNEL : LIGHT_TRY;
    }

    private SkBuff make(Task running, int size, long bytes, int head, int data, boolean isVirtual) {
        SkBuff skb = recycled == null ? null : recycled.take(running, bytes);
        if (skb == null) {
            skb = bare(running);
            skb.setArray(newBytes(size, bytes));
        } else if (skb.hasMemory()) {
            freeMemory(running, skb, true);
        }
        int end = SkBuffSizes.end(profile, bytes);
        skb.begin(head, data, end, SkBuffSizes.truesize(profile, bytes), isVirtual);
        skb.setHome(home(bytes, isVirtual));
        shadows.remember(skb);
        return skb;
    }

    int home(long dataBytes, boolean isVirtual) {
        return recycled == null ? SkBuffPool.NOWHERE : recycled.home(dataBytes, isVirtual);
    }

    /** One that has neither data nor memory yet. */
    private SkBuff bare(Task running) {
        SkBuff skb = recycled == null ? null : recycled.takeBare(running);
        if (skb == null) {
            return new SkBuff(this);
        }
        if (skb.hasMemory()) {
            freeMemory(running, skb, false);
        }
        return skb;
    }

    /** One that has no data yet, but memory for itself; null if there is no memory. */
    @Nullable SkBuff allocBare(Task running, GfpMask gfp) {
        SkBuffPool pool = keptWithMemory();
        SkBuff kept = pool == null ? null : pool.takeWholeBare(running);
        if (kept != null) {
            return kept;
        }
        int head = heads.alloc(running, gfp);
        if (head == 0) {
            return null;
        }
        SkBuff skb = bare(running);
        skb.setMemory(head, 0);
        return skb;
    }

    /** Where sk_buffs with memory are; null if there are none, or somebody counts allocations. */
    private @Nullable SkBuffPool keptWithMemory() {
        return heads.isWatched() ? null : recycled;
    }

    /**
     * Takes one back that nobody uses any more.
     *
     * @param ownsData whether nobody else has its data, which has not been freed
     */
    void free(Task running, SkBuff skb, boolean ownsData) {
        SkBuffPool pool = keptWithMemory();
        if (pool != null && pool.keepWhole(running, skb, ownsData)) {
            return;
        }
        freeMemory(running, skb, ownsData); // before somebody else can have the sk_buff
        if (!ownsData || recycled == null) {
            skb.setArray(NO_BYTES);
        }
        if (recycled != null) {
            recycled.keep(running, skb, ownsData);
        }
    }

    private void freeMemory(Task running, SkBuff skb, boolean ownsData) {
        if (ownsData) {
            freeData(running, skb.dataObject(), skb.array(), skb.dataBytes(), skb.isVirtual());
        }
        heads.free(running, skb.headObject());
        skb.setMemory(0, 0);
    }

    @Override
    public long kept(KmemCache cache) {
        long[] count = {0};
        if (recycled != null) {
            recycled.forEach(skb -> count[0] += keeps(skb, cache) ? 1 : 0);
        }
        return count[0];
    }

    private boolean keeps(SkBuff skb, KmemCache cache) {
        if (!skb.hasMemory()) {
            return false;
        }
        return cache == heads
                || (skb.dataObject() != 0 && memory.cacheOf(skb.dataObject()) == cache);
    }

    @Override
    public void giveBackAll(Task running) {
        if (recycled != null) {
            recycled.forEach(skb -> {
                if (skb.hasMemory()) {
                    freeMemory(running, skb, skb.dataObject() != 0);
                }
            });
        }
    }

    byte[] newBytes(int size, long dataBytes) {
        if (recycled != null) {
            return recycled.newArray(dataBytes);
        }
        byte[] bytes = new byte[size];
        if (checked) {
            Arrays.fill(bytes, POISON_INUSE);
        }
        return bytes;
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
