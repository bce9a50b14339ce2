package org.vkernel.emulator.mm;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Moment;
import org.vkernel.emulator.check.Reporter;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;

/**
 * Memory that {@code kmalloc()} gave to a module: bytes that can be misused as C's can.
 *
 * <p>A read or write outside of it, or after {@link #free}, is reported with the places where it
 * was allocated and freed, as are bytes that leave the kernel though nobody wrote them. Numbers are
 * little-endian, at any offset. Each access is a point of the simulated machine.
 *
 * <pre>
 *   0x5a 0x5a 0x5a ...   allocated, not yet written (0 with __GFP_ZERO)
 *   0x6b 0x6b ... 0xa5   freed
 *   0xcc                 around it
 * </pre>
 *
 * <p>Context: any. Sleeps: never. Locks: none; what several tasks use needs one of theirs.
 */
public final class KernelBuffer {
    private static final byte POISON_INUSE = 0x5a;
    private static final byte POISON_FREE = 0x6b;
    private static final byte POISON_END = (byte) 0xa5;

    /** {@code SLUB_RED_ACTIVE}: what lies before and behind an object. */
    private static final byte REDZONE = (byte) 0xcc;

    /** Larger memory has larger words. */
    private static final int WORDS_MAX = 1024;

    private final Scheduler sched;
    private final int object;

    /** Its words are numbered from here, so that each is a place of its own. */
    private final long number;

    private final int wordBytes;
    private final byte[] bytes;

    // The checkers; null where they are off.
    private final @Nullable Reporter reporter;
    private final @Nullable BitSet written;
    private final @Nullable Moment allocated;
    private volatile @Nullable Moment freed;
    private volatile boolean isFree;

    /**
     * Memory that was allocated just now.
     *
     * @param object its number among the allocated objects
     * @param reporter where its misuse is told; null: nowhere
     */
    private KernelBuffer(
            Scheduler sched, int object, int size, boolean zeroed, @Nullable Reporter reporter) {
        this.sched = sched;
        this.object = object;
        this.number = sched.nextObject();
        this.wordBytes = Math.max(Long.BYTES, (size + WORDS_MAX - 1) / WORDS_MAX);
        for (int at = wordBytes; at < size; at += wordBytes) {
            var _ = sched.nextObject();
        }
        this.bytes = new byte[size];
        this.reporter = reporter;
        this.allocated = reporter == null ? null : now();
        this.written = reporter == null ? null : new BitSet(size);
        if (written != null && zeroed) {
            written.set(0, size);
        } else if (written != null) {
            Arrays.fill(bytes, POISON_INUSE);
        }
    }

    /**
     * {@code kmalloc()}. Context: any. Sleeps: if {@code gfp} allows it. Ownership: the caller's,
     * until {@link #free}.
     *
     * @param bytes how many, 0 or more
     * @param reporter where its misuse is told; null: nowhere
     * @return null if there is no memory
     */
    public static @Nullable KernelBuffer alloc(
            Memory mm, Scheduler sched, int bytes, GfpMask gfp, @Nullable Reporter reporter) {
        int object = mm.kmalloc(bytes, gfp);
        return object == 0 ? null : new KernelBuffer(sched, object, bytes, gfp.isZero(), reporter);
    }

    private Moment now() {
        return sched.moment(sched.current());
    }

    /** How many bytes were asked for. */
    public int size() {
        return bytes.length;
    }

    /** The number of its object among all that are allocated. */
    public int object() {
        return object;
    }

    // ---- Reading and writing -------------------------------------------------------------------

    /** An unsigned byte. */
    public int getU8(int offset) {
        return (int) get(offset, 1);
    }

    /** An unsigned number of 16 bits. */
    public int getU16(int offset) {
        return (int) get(offset, 2);
    }

    /** A number of 32 bits. */
    public int getU32(int offset) {
        return (int) get(offset, 4);
    }

    /** A number of 64 bits. */
    public long getU64(int offset) {
        return get(offset, 8);
    }

    /** Writes the low 8 bits of {@code value}. */
    public void putU8(int offset, int value) {
        put(offset, 1, value);
    }

    /** Writes the low 16 bits of {@code value}. */
    public void putU16(int offset, int value) {
        put(offset, 2, value);
    }

    /** Writes a number of 32 bits. */
    public void putU32(int offset, int value) {
        put(offset, 4, value);
    }

    /** Writes a number of 64 bits. */
    public void putU64(int offset, long value) {
        put(offset, 8, value);
    }

    private long get(int offset, int size) {
        access(Access.READ, offset, size);
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = (value << Byte.SIZE) | (peek(offset + i) & 0xff);
        }
        return value;
    }

    private void put(int offset, int size, long value) {
        access(Access.WRITE, offset, size);
        for (int i = 0; i < size; i++) {
            poke(offset + i, (byte) (value >>> (i * Byte.SIZE)));
        }
    }

    /** {@code memset()}. */
    public void fill(int offset, int length, int value) {
        access(Access.WRITE, offset, length);
        for (int i = offset; i < offset + length; i++) {
            poke(i, (byte) value);
        }
    }

    /** Copies bytes in ({@code memcpy()}). */
    public void putBytes(int offset, byte[] from) {
        access(Access.WRITE, offset, from.length);
        for (int i = 0; i < from.length; i++) {
            poke(offset + i, from[i]);
        }
    }

    /** Copies from other such memory ({@code memcpy()}): what nobody wrote there is not here. */
    public void copyFrom(int offset, KernelBuffer from, int fromOffset, int length) {
        from.access(Access.READ, fromOffset, length);
        access(Access.WRITE, offset, length);
        for (int i = 0; i < length; i++) {
            poke(offset + i, from.peek(fromOffset + i));
            if (!from.isWritten(fromOffset + i)) {
                forget(offset + i);
            }
        }
    }

    /**
     * Copies bytes to where they may hold what nobody wrote, such as an sk_buff that knows: see
     * {@link #isWritten}.
     */
    public void copyTo(int offset, byte[] to, int toOffset, int length) {
        access(Access.READ, offset, length);
        for (int i = 0; i < length; i++) {
            to[toOffset + i] = peek(offset + i);
        }
    }

    // ---- Leaving the kernel --------------------------------------------------------------------

    /**
     * A copy of bytes that are about to leave the kernel, for a message or a process: all of them
     * must have been written.
     *
     * <p>Models {@code copy_to_user()} as {@code kmsan_copy_to_user()} checks it.
     */
    public byte[] toByteArray(int offset, int length) {
        byte[] copy = new byte[Math.max(0, length)];
        copyTo(offset, copy, 0, copy.length);
        for (int i = offset; i < offset + length; i++) {
            if (isInside(i, 1) && !isWritten(i)) {
                report(
                        "uninitialised bytes copied out",
                        "byte %d of the %d that leave %s was never written"
                                .formatted(i - offset, length, this));
                break;
            }
        }
        return copy;
    }

    /** Whether somebody has written this byte; always if nobody watches. */
    public boolean isWritten(int offset) {
        BitSet known = written;
        return known == null || offset < 0 || offset >= bytes.length || known.get(offset);
    }

    // ---- Its end -------------------------------------------------------------------------------

    /** {@code kfree()}. Context: any. Sleeps: never. */
    public void free(Memory mm) {
        if (isFree) {
            report("double free", "kfree() of " + this);
            return; // the allocator is not to be spoiled
        }
        isFree = true;
        if (reporter != null) {
            freed = now();
            Arrays.fill(bytes, POISON_FREE);
            if (bytes.length > 0) {
                bytes[bytes.length - 1] = POISON_END;
            }
        }
        mm.kfree(object);
    }

    /** Where it was allocated, and freed. */
    public ImmutableList<BugReport.Place> places() {
        ImmutableList.Builder<BugReport.Place> places = ImmutableList.builder();
        if (allocated != null) {
            places.add(allocated.place("Allocated"));
        }
        Moment end = freed;
        if (end != null) {
            places.add(end.place("Freed"));
        }
        return places.build();
    }

    // ---- Checks --------------------------------------------------------------------------------

    private void access(int kind, int offset, int length) {
        int end = Math.min(offset + length, bytes.length);
        for (int at = Math.max(0, offset) / wordBytes; at * wordBytes < end; at++) {
            sched.point(kind, number + at);
        }
        if (reporter == null) {
            return;
        }
        String what = kind == Access.WRITE ? "write" : "read";
        if (isFree) {
            report("use after free", "%s of %d bytes of %s".formatted(what, length, this));
        } else if (!isInside(offset, length)) {
            report(
                    "out-of-bounds " + what,
                    "%s of %d bytes at offset %d of %s".formatted(what, length, offset, this));
        }
    }

    private boolean isInside(int offset, int length) {
        return offset >= 0 && length >= 0 && length <= bytes.length - offset;
    }

    private void report(String rule, String what) {
        Reporter to = reporter;
        if (to != null) {
            to.report(rule, what, places());
        }
    }

    private byte peek(int offset) {
        return offset >= 0 && offset < bytes.length ? bytes[offset] : REDZONE;
    }

    private void poke(int offset, byte value) {
        if (offset >= 0 && offset < bytes.length) {
            bytes[offset] = value;
            BitSet known = written;
            if (known != null) {
                known.set(offset);
            }
        }
    }

    private void forget(int offset) {
        BitSet known = written;
        if (known != null && offset >= 0 && offset < bytes.length) {
            known.clear(offset);
        }
    }

    @Override
    public String toString() {
        return "kmalloc'd memory of " + bytes.length + " bytes";
    }
}
