package org.vkernel.emulator.skb;

import org.vkernel.emulator.Profile;

/**
 * How much memory an sk_buff's data takes and what a receiver is charged for it, to the byte.
 *
 * <pre>
 *   |<------------- end ------------->|<- sharedInfo ->|
 *   +---------------------------------+----------------+
 *   | usable bytes                    | skb_shared_info|   data: one allocation of dataBytes
 *   +---------------------------------+----------------+
 *   truesize = skBuffBytes + dataBytes
 * </pre>
 *
 * <p>Sizes are decided in two steps: how many bytes are allocated for a request ({@link
 * #allocDataBytes}, {@link #largeUnicastDataBytes}), and what follows from that number ({@link
 * #end}, {@link #truesize}). The first is a {@code long}, because rounding a request of almost 2
 * GiB up exceeds an {@code int}; such an allocation fails, and the second step is never reached.
 */
public final class SkBuffSizes {
    /** Data begins and ends at cache lines. Models {@code SMP_CACHE_BYTES}. */
    private static final int ALIGNMENT = 64;

    /**
     * The smallest general cache that can hold an {@code skb_shared_info}; those of 384 bytes or so
     * do not exist.
     */
    private static final int SMALLEST_GENERAL_CACHE = 512;

    private SkBuffSizes() {}

    /**
     * Bytes to allocate for the data of an sk_buff with room for {@code size} bytes: the whole
     * object of the cache that it comes from, or a power of two of pages. More than 4 MiB cannot be
     * had.
     *
     * <p>Models {@code __alloc_skb()} and {@code kmalloc_reserve()} (net/core/skbuff.c).
     *
     * @param size room asked for, not negative
     */
    public static long allocDataBytes(Profile profile, int size) {
        long need = align(size) + profile.sharedInfoBytes();
        if (need <= profile.smallHeadBytes()) {
            return profile.smallHeadBytes();
        }
        return Math.max(roundUpToPowerOfTwo(need), SMALLEST_GENERAL_CACHE);
    }

    /**
     * Whether netlink allocates the data of a user's unicast of this size as a large one.
     *
     * <p>Models the first test of {@code netlink_alloc_large_skb()} (net/netlink/af_netlink.c).
     */
    public static boolean isLargeUnicast(Profile profile, int size) {
        return size > profile.largeUnicastThreshold();
    }

    /**
     * Bytes to allocate for the data of a large unicast: what is asked for, not rounded up to an
     * object of a cache. How it is allocated is {@link Profile#largeBuffers}.
     *
     * <p>Models {@code netlink_alloc_large_skb()}.
     */
    public static long largeUnicastDataBytes(Profile profile, int size) {
        return align(size) + profile.sharedInfoBytes();
    }

    /**
     * Usable bytes of data that took {@code dataBytes} to allocate: where the shared info begins.
     */
    public static int end(Profile profile, long dataBytes) {
        return Math.toIntExact(dataBytes - profile.sharedInfoBytes());
    }

    /**
     * What each holder of an sk_buff is charged whose data took {@code dataBytes} to allocate.
     *
     * <p>Models {@code SKB_TRUESIZE()}.
     */
    public static int truesize(Profile profile, long dataBytes) {
        return Math.toIntExact(dataBytes + profile.skBuffBytes());
    }

    /** The truesize of {@code alloc_skb(size)}. */
    public static int allocTruesize(Profile profile, int size) {
        return truesize(profile, allocDataBytes(profile, size));
    }

    /**
     * The truesize of a message that a process sends.
     *
     * @param broadcast whether it goes to a group, alone or beside a port id
     */
    public static int sendTruesize(Profile profile, int size, boolean broadcast) {
        return !broadcast && isLargeUnicast(profile, size)
                ? truesize(profile, largeUnicastDataBytes(profile, size))
                : allocTruesize(profile, size);
    }

    private static long align(int size) {
        assert size >= 0 : "negative size " + size;
        return ((long) size + ALIGNMENT - 1) & -ALIGNMENT;
    }

    private static long roundUpToPowerOfTwo(long value) {
        return 1L << (Long.SIZE - Long.numberOfLeadingZeros(value - 1));
    }
}
