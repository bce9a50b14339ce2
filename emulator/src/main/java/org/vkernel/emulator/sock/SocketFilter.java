package org.vkernel.emulator.sock;

import org.vkernel.emulator.skb.SkBuff;

/** A program that decides how much of a message a socket gets ({@code struct sk_filter}). */
@FunctionalInterface
public interface SocketFilter {
    /**
     * How many bytes pass: 0 drops the message, and what is longer is cut. Context: any. Sleeps:
     * never.
     */
    int run(SkBuff skb);
}
