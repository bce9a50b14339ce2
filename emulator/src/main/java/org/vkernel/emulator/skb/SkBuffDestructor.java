package org.vkernel.emulator.skb;

/** What is done when an owned sk_buff is freed or orphaned: {@code skb->destructor}. */
@FunctionalInterface
public interface SkBuffDestructor {
    /**
     * Settles accounts with {@link SkBuff#sk}. Context: any but hardirq. Sleeps: never. Ownership:
     * none taken.
     */
    void destruct(SkBuff skb);
}
