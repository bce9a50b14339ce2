package org.vkernel.emulator.mm;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an allocation may be carried out: whether it may sleep, reclaim, or dip into reserves.
 *
 * <p>Models {@code gfp_t} (include/linux/gfp_types.h). A mask is a value; the usual ones are
 * constants, and {@link #of}, {@link #with} and {@link #without} hand out these very objects where
 * the bits are equal. The bits are those of Linux 6.18. The number that another version prints for
 * a mask, where it differs, is a matter of {@code Profile.gfpValue()}.
 */
public final class GfpMask {
    /** The single bits, {@code __GFP_HIGH} and its kin. */
    public static final class Flag {
        public static final int DMA = 0x1;
        public static final int HIGHMEM = 0x2;
        public static final int DMA32 = 0x4;
        public static final int MOVABLE = 0x8;
        public static final int RECLAIMABLE = 0x10;

        /** May use a part of the reserve that lies under the min watermark. */
        public static final int HIGH = 0x20;

        /** Reclaim may start physical input and output. */
        public static final int IO = 0x40;

        /** Reclaim may call into file systems. */
        public static final int FS = 0x80;

        /** The memory is handed out filled with zeros. */
        public static final int ZERO = 0x100;

        /** The caller may reclaim by itself, and so may sleep. */
        public static final int DIRECT_RECLAIM = 0x400;

        /** Wakes {@code kswapd} when memory runs low. */
        public static final int KSWAPD_RECLAIM = 0x800;

        public static final int WRITE = 0x1000;

        /** A failure is not logged. */
        public static final int NOWARN = 0x2000;

        /** Tries hard, but fails rather than calling the OOM killer. */
        public static final int RETRY_MAYFAIL = 0x4000;

        /** Never fails; loops instead. */
        public static final int NOFAIL = 0x8000;

        /** One round of reclaim, then fails. */
        public static final int NORETRY = 0x10000;

        /** May use all reserves. */
        public static final int MEMALLOC = 0x20000;

        public static final int COMP = 0x40000;

        /** Must not use reserves, whatever else is said. */
        public static final int NOMEMALLOC = 0x80000;

        public static final int HARDWALL = 0x100000;
        public static final int THISNODE = 0x200000;
        public static final int ACCOUNT = 0x400000;

        private Flag() {}
    }

    private static final int KERNEL_BITS =
            Flag.DIRECT_RECLAIM | Flag.KSWAPD_RECLAIM | Flag.IO | Flag.FS;

    /** May sleep, reclaim and start I/O: the mask of ordinary kernel code in process context. */
    public static final GfpMask KERNEL = new GfpMask(KERNEL_BITS);

    /** Never sleeps, wakes {@code kswapd}, may use a part of the reserve. */
    public static final GfpMask ATOMIC = new GfpMask(Flag.HIGH | Flag.KSWAPD_RECLAIM);

    /** Never sleeps, wakes {@code kswapd}, no reserve; its failures are not logged. */
    public static final GfpMask NOWAIT = new GfpMask(Flag.KSWAPD_RECLAIM | Flag.NOWARN);

    /** May sleep and start I/O, but not call into file systems. */
    public static final GfpMask NOFS = new GfpMask(KERNEL_BITS & ~Flag.FS);

    /** May sleep, but not start I/O. */
    public static final GfpMask NOIO = new GfpMask(KERNEL_BITS & ~(Flag.FS | Flag.IO));

    /** As {@link #KERNEL}, for memory of a user process. */
    public static final GfpMask USER = new GfpMask(KERNEL_BITS | Flag.HARDWALL);

    /** As {@link #USER}, for a page that may lie anywhere and be moved: of a process, of a file. */
    public static final GfpMask HIGHUSER_MOVABLE =
            new GfpMask(KERNEL_BITS | Flag.HARDWALL | Flag.HIGHMEM | Flag.MOVABLE);

    /** No bit set: neither sleeps nor wakes {@code kswapd}, no reserve. */
    public static final GfpMask ZERO_MASK = new GfpMask(0);

    private static final ImmutableMap<String, GfpMask> MASKS =
            ImmutableMap.<String, GfpMask>builder()
                    .put("GFP_HIGHUSER_MOVABLE", HIGHUSER_MOVABLE)
                    .put("GFP_USER", USER)
                    .put("GFP_KERNEL", KERNEL)
                    .put("GFP_NOFS", NOFS)
                    .put("GFP_NOIO", NOIO)
                    .put("GFP_ATOMIC", ATOMIC)
                    .put("GFP_NOWAIT", NOWAIT)
                    .buildOrThrow();

    private static final ImmutableMap<String, Integer> FLAGS =
            ImmutableMap.<String, Integer>builder()
                    .put("__GFP_DMA", Flag.DMA)
                    .put("__GFP_HIGHMEM", Flag.HIGHMEM)
                    .put("__GFP_DMA32", Flag.DMA32)
                    .put("__GFP_MOVABLE", Flag.MOVABLE)
                    .put("__GFP_RECLAIMABLE", Flag.RECLAIMABLE)
                    .put("__GFP_HIGH", Flag.HIGH)
                    .put("__GFP_IO", Flag.IO)
                    .put("__GFP_FS", Flag.FS)
                    .put("__GFP_ZERO", Flag.ZERO)
                    .put("__GFP_DIRECT_RECLAIM", Flag.DIRECT_RECLAIM)
                    .put("__GFP_KSWAPD_RECLAIM", Flag.KSWAPD_RECLAIM)
                    .put("__GFP_WRITE", Flag.WRITE)
                    .put("__GFP_NOWARN", Flag.NOWARN)
                    .put("__GFP_RETRY_MAYFAIL", Flag.RETRY_MAYFAIL)
                    .put("__GFP_NOFAIL", Flag.NOFAIL)
                    .put("__GFP_NORETRY", Flag.NORETRY)
                    .put("__GFP_MEMALLOC", Flag.MEMALLOC)
                    .put("__GFP_COMP", Flag.COMP)
                    .put("__GFP_NOMEMALLOC", Flag.NOMEMALLOC)
                    .put("__GFP_HARDWALL", Flag.HARDWALL)
                    .put("__GFP_THISNODE", Flag.THISNODE)
                    .put("__GFP_ACCOUNT", Flag.ACCOUNT)
                    .buildOrThrow();

    private final int bits;

    /** See {@link #beforeReserves}; made at the first need, by anybody. */
    private @Nullable GfpMask beforeReserves;

    private GfpMask(int bits) {
        this.bits = bits;
    }

    /**
     * This mask for who tries without the reserves first, and would not have a failure of that in
     * the log. Models the first try of {@code kmalloc_reserve()}.
     */
    public GfpMask beforeReserves() {
        GfpMask known = beforeReserves;
        if (known == null) {
            known = with(Flag.NOMEMALLOC | Flag.NOWARN);
            beforeReserves = known;
        }
        return known;
    }

    /** The mask with exactly these bits; one of the constants where it is equal. */
    public static GfpMask of(int bits) {
        if (bits == KERNEL.bits) {
            return KERNEL;
        }
        if (bits == ATOMIC.bits) {
            return ATOMIC;
        }
        if (bits == 0) {
            return ZERO_MASK;
        }
        for (GfpMask mask : MASKS.values()) {
            if (mask.bits == bits) {
                return mask;
            }
        }
        return new GfpMask(bits);
    }

    /**
     * Reads what {@link #toString} writes: names joined by {@code |}, such as {@code
     * "GFP_ATOMIC|__GFP_NOWARN"}, or numbers in Java's notation ({@code "0x820"}).
     *
     * @throws IllegalArgumentException if a part is neither a known name nor a number
     */
    public static GfpMask parse(String text) {
        int bits = 0;
        for (String part : text.split("\\|", -1)) {
            GfpMask mask = MASKS.get(part);
            Integer flag = FLAGS.get(part);
            bits |= mask != null ? mask.bits : flag != null ? flag : parseNumber(part, text);
        }
        return of(bits);
    }

    private static int parseNumber(String part, String text) {
        try {
            return Integer.decode(part);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    ("\"%s\" in the GFP mask \"%s\" is neither a number nor a name such as"
                                    + " GFP_ATOMIC or __GFP_NOWARN")
                            .formatted(part, text),
                    e);
        }
    }

    /** The bits, as {@link Flag} numbers them. */
    public int bits() {
        return bits;
    }

    /** This mask with these {@link Flag} bits added. */
    public GfpMask with(int flags) {
        return (bits | flags) == bits ? this : of(bits | flags);
    }

    /** This mask with these {@link Flag} bits taken away. */
    public GfpMask without(int flags) {
        return (bits & flags) == 0 ? this : of(bits & ~flags);
    }

    /** Whether all of these {@link Flag} bits are set. */
    public boolean has(int flags) {
        return (bits & flags) == flags;
    }

    /**
     * Whether the caller may be put to sleep; this one bit alone decides it.
     *
     * <p>Models {@code gfpflags_allow_blocking()}.
     */
    public boolean allowBlocking() {
        return (bits & Flag.DIRECT_RECLAIM) != 0;
    }

    /** Whether running low wakes {@code kswapd}. */
    public boolean isKswapdReclaim() {
        return (bits & Flag.KSWAPD_RECLAIM) != 0;
    }

    /** Whether a part of the reserve under the min watermark may be used. */
    public boolean isHigh() {
        return (bits & Flag.HIGH) != 0;
    }

    /** Whether reclaim may start I/O. */
    public boolean isIo() {
        return (bits & Flag.IO) != 0;
    }

    /** Whether reclaim may call into file systems. */
    public boolean isFs() {
        return (bits & Flag.FS) != 0;
    }

    /** Whether the memory is handed out zeroed. */
    public boolean isZero() {
        return (bits & Flag.ZERO) != 0;
    }

    /** Whether a failure goes unlogged. */
    public boolean isNoWarn() {
        return (bits & Flag.NOWARN) != 0;
    }

    /** Whether the allocation tries hard but fails before the OOM killer is called. */
    public boolean isRetryMayFail() {
        return (bits & Flag.RETRY_MAYFAIL) != 0;
    }

    /** Whether the allocation loops instead of failing. */
    public boolean isNoFail() {
        return (bits & Flag.NOFAIL) != 0;
    }

    /** Whether the allocation fails after one round of reclaim. */
    public boolean isNoRetry() {
        return (bits & Flag.NORETRY) != 0;
    }

    /** Whether all reserves may be used. */
    public boolean isMemAlloc() {
        return (bits & Flag.MEMALLOC) != 0;
    }

    /** Whether reserves are forbidden; wins over {@link #isMemAlloc}. */
    public boolean isNoMemAlloc() {
        return (bits & Flag.NOMEMALLOC) != 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GfpMask mask && mask.bits == bits;
    }

    @Override
    public int hashCode() {
        return bits;
    }

    /** The mask as Linux's traces print it: the greatest named mask it holds, then single flags. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        int rest = bits;
        for (Map.Entry<String, GfpMask> mask : MASKS.entrySet()) {
            if (rest == bits && has(mask.getValue().bits)) {
                text.append(mask.getKey());
                rest &= ~mask.getValue().bits;
            }
        }
        for (Map.Entry<String, Integer> flag : FLAGS.entrySet()) {
            if ((rest & flag.getValue()) != 0) {
                text.append(text.isEmpty() ? "" : "|").append(flag.getKey());
                rest &= ~flag.getValue();
            }
        }
        if (rest != 0 || text.isEmpty()) {
            text.append(text.isEmpty() ? "" : "|").append("0x").append(Integer.toHexString(rest));
        }
        return text.toString();
    }
}
