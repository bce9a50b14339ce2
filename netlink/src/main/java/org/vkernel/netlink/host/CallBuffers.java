package org.vkernel.netlink.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vkernel.netlink.abi.SockaddrNlLayout;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * Native memory for one system call at a time: its arguments, and what it writes.
 *
 * <p>{@code struct msghdr} and {@code struct iovec} of 64-bit machines:
 *
 * <pre>
 *   0          8           16      24        32         40              48
 *   +----------+-----------+-------+---------+----------+---------------+-------+
 *   | name     | namelen   | iov   | iovlen  | control  | controllen    | flags |
 *   +----------+-----------+-------+---------+----------+---------------+-------+
 *   iov: 0 base, 8 len
 * </pre>
 */
final class CallBuffers {
    private static final int MSG_NAME = 0;
    private static final int MSG_NAMELEN = 8;
    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_CONTROL = 32;
    private static final int MSG_CONTROLLEN = 40;
    private static final int MSG_FLAGS = 48;
    private static final int MSGHDR_SIZE = 56;
    private static final int IOV_BASE = 0;
    private static final int IOV_LEN = 8;

    /** {@code sizeof(struct sockaddr_storage)}. */
    private static final int NAME_BYTES = 128;

    private static final int CONTROL_BYTES = 512;
    private static final int DATA_BYTES = 1024;
    private static final int SMALL_BYTES = 32;

    /** Where errno is caught. */
    final MemorySegment state;

    final MemorySegment header;
    final MemorySegment name;

    /** For small arguments: an option's length, a pollfd and a timespec. */
    final MemorySegment small;

    private final MemorySegment iov;
    private MemorySegment control;
    private MemorySegment data;

    CallBuffers() {
        // Collected with this object: a call that is still going on keeps both.
        Arena arena = Arena.ofAuto();
        state = arena.allocate(LibC.STATE_BYTES, JAVA_LONG.byteAlignment());
        header = arena.allocate(MSGHDR_SIZE, JAVA_LONG.byteAlignment());
        iov = arena.allocate(2 * JAVA_LONG.byteSize(), JAVA_LONG.byteAlignment());
        name = arena.allocate(NAME_BYTES, JAVA_LONG.byteAlignment());
        small = arena.allocate(SMALL_BYTES, JAVA_LONG.byteAlignment());
        control = arena.allocate(CONTROL_BYTES, JAVA_LONG.byteAlignment());
        data = arena.allocate(DATA_BYTES, JAVA_LONG.byteAlignment());
        header.set(ADDRESS, MSG_IOV, iov);
        header.set(JAVA_LONG, MSG_IOVLEN, 1);
    }

    /** Room for {@code length} bytes of data, which hold what they held before. */
    MemorySegment data(int length) {
        if (data.byteSize() < length) {
            long size = Math.max(length, Math.min(2 * data.byteSize(), Integer.MAX_VALUE));
            data = Arena.ofAuto().allocate(size, JAVA_LONG.byteAlignment());
        }
        return data;
    }

    private MemorySegment control(int length) {
        if (control.byteSize() < length) {
            control = Arena.ofAuto().allocate(length, JAVA_LONG.byteAlignment());
        }
        return control;
    }

    /** Writes an address; returns the length that the process says it has. */
    int putName(SockaddrNl address) {
        name.set(JAVA_SHORT, SockaddrNlLayout.NL_FAMILY, (short) address.family());
        name.set(JAVA_SHORT, SockaddrNlLayout.NL_PAD, (short) 0);
        name.set(JAVA_INT, SockaddrNlLayout.NL_PID, address.pid());
        name.set(JAVA_INT, SockaddrNlLayout.NL_GROUPS, address.groups());
        return address.length();
    }

    /** Makes the header that of a message of {@code length} bytes in {@link #data}. */
    void setMessage(int length) {
        iov.set(ADDRESS, IOV_BASE, data);
        iov.set(JAVA_LONG, IOV_LEN, length);
        header.set(JAVA_INT, MSG_FLAGS, 0);
    }

    /** Hands {@code length} bytes of {@link #name} over. */
    void setName(int length) {
        header.set(ADDRESS, MSG_NAME, name);
        header.set(JAVA_INT, MSG_NAMELEN, length);
    }

    void setNoName() {
        header.set(ADDRESS, MSG_NAME, MemorySegment.NULL);
        header.set(JAVA_INT, MSG_NAMELEN, 0);
    }

    /** Offers all of {@link #name} for an address, and {@code length} bytes for the rest. */
    void setReceiving(int length) {
        name.fill((byte) 0);
        setName(NAME_BYTES);
        setControlRoom(length);
    }

    void setControlRoom(int length) {
        header.set(ADDRESS, MSG_CONTROL, length == 0 ? MemorySegment.NULL : control(length));
        header.set(JAVA_LONG, MSG_CONTROLLEN, length);
    }

    /** Hands control messages over. */
    void setControl(byte[] bytes) {
        setControlRoom(bytes.length);
        MemorySegment.copy(bytes, 0, control, JAVA_BYTE, 0, bytes.length);
    }

    /** The control messages that the call wrote. */
    byte[] control() {
        byte[] bytes = new byte[(int) header.get(JAVA_LONG, MSG_CONTROLLEN)];
        MemorySegment.copy(control, JAVA_BYTE, 0, bytes, 0, bytes.length);
        return bytes;
    }

    int flags() {
        return header.get(JAVA_INT, MSG_FLAGS);
    }

    int namePid() {
        return name.get(JAVA_INT, SockaddrNlLayout.NL_PID);
    }

    int nameGroups() {
        return name.get(JAVA_INT, SockaddrNlLayout.NL_GROUPS);
    }

    /** A word of {@link #small}. */
    int word(int index) {
        return small.getAtIndex(JAVA_INT, index);
    }

    void putWord(int index, int value) {
        small.setAtIndex(JAVA_INT, index, value);
    }

    /** Writes a {@code struct timespec} or {@code timeval} at a byte of {@link #small}. */
    MemorySegment putTime(int offset, long seconds, long fraction) {
        small.set(JAVA_LONG, offset, seconds);
        small.set(JAVA_LONG, offset + Long.BYTES, fraction);
        return small.asSlice(offset, 2L * Long.BYTES);
    }
}
