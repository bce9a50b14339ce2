package org.vkernel.testmodules.property.traffic;

import org.vkernel.emulator.Errno;

/**
 * A message, from when its sender calls the kernel to when it comes back. Times are numbers of what
 * was noted before.
 */
final class Sending {
    private static final int SMALL_BYTES = 64;
    private static final int NEVER = Integer.MAX_VALUE;

    final int id;
    final int sender;
    final TrafficAction.Kind kind;

    /** The receiver that it goes to, -1 for none. */
    final int receiver;

    /** The group that it goes to, 0 for none. */
    final int group;

    /** What the receiver is to get. */
    final byte[] bytes;

    /** What a receiver is charged for it at most. */
    final int truesize;

    final int begin;
    int end = NEVER;
    int result;

    Sending(int id, TrafficAction.Send send, byte[] bytes, int truesize, int begin) {
        this.id = id;
        this.sender = send.sender();
        this.kind = send.kind();
        this.receiver = send.receiver();
        this.group = send.group();
        this.bytes = bytes;
        this.truesize = truesize;
        this.begin = begin;
    }

    /**
     * Whether a copy is sent, and meant for {@code to}. N.B. {@code cn_netlink_send()} with a port
     * and a group sends to the group without the port.
     */
    boolean isFor(Receiver to) {
        if (result == (kind.isProcess() ? -Errno.ENOBUFS : -Errno.ENOMEM)) {
            return false; // there was no memory for it
        }
        boolean isUnicast = receiver == to.number && (kind.isProcess() || group == 0);
        boolean isMulticast =
                group != 0 && (to.spec.groups() >> (group - 1) & 1) != 0 && receiver != to.number;
        return isUnicast || isMulticast;
    }

    /** Whether {@code to} had no room for it, and its sender, a process, was told so. */
    boolean isToldRefused(Receiver to) {
        return kind.isProcess() && receiver == to.number && result == -Errno.EAGAIN;
    }

    /** Whether {@code to} had no room for it, and the kernel was told so: that is an overrun. */
    boolean isRefusedToKernel(Receiver to) {
        return !kind.isProcess() && group == 0 && receiver == to.number && result == -Errno.EAGAIN;
    }

    /** Whether its sender waits for room as long as it takes. */
    boolean waits() {
        return kind == TrafficAction.Kind.PROCESS || kind == TrafficAction.Kind.KTHREAD;
    }

    /** Whether its memory is the smallest there is, which is never moved into less. */
    boolean isSmall() {
        return bytes.length <= SMALL_BYTES;
    }

    boolean overlaps(int from, int to) {
        return begin <= to && end >= from;
    }

    @Override
    public String toString() {
        return "message " + id + " of sender " + sender + " (" + kind + ")";
    }
}
