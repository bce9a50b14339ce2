package org.vkernel.netlink.core;

/**
 * Sees each delivery of a netlink message. Models {@code struct netlink_tap} and {@code
 * netlink_deliver_tap()}.
 *
 * <p>Called with the message before its receiver can have it: once for each copy that a socket
 * takes, never for one that is refused or filtered, nor from the kernel to itself.
 */
@FunctionalInterface
public interface NetlinkTap {
    /**
     * A message is about to be delivered. Context: any; on the parallel machine under the lock of
     * the receiver's queue, by several threads at once. Sleeps: never.
     *
     * @param timeNs the clock of the CPU, nanoseconds since boot
     * @param protocol the protocol of both sockets
     * @param toKernel whether the receiver is the kernel's socket
     * @param message its bytes; the tap's own
     */
    void deliver(long timeNs, int protocol, boolean toKernel, byte[] message);
}
