package org.vkernel.netlink.core;

/**
 * What became of the copies of messages: a unicast is one copy, a multicast one for each member it
 * was meant for, a message to the kernel one.
 *
 * <p>With nothing queued, {@code sent} is the sum of the others. A send that failed counts nothing.
 *
 * @param sent that were taken or lost
 * @param delivered taken by a recv, or handed to the kernel
 * @param dropped refused by a member that was full, or taken by a filter
 * @param unread still queued when their socket closed
 */
public record MessageCounts(long sent, long delivered, long dropped, long unread) {
    /**
     * How many are queued now: also with sockets that are closed, until RCU's grace period after
     * that has passed.
     */
    public long queued() {
        return sent - delivered - dropped - unread;
    }
}
