package org.vkernel.netlink.core;

import org.vkernel.emulator.skb.SkBuff;

/**
 * What a kernel's socket does with a message that is sent to it ({@code netlink_kernel_cfg.input}).
 */
@FunctionalInterface
public interface NetlinkInput {
    /**
     * Handles {@code skb}. Context: the sender's, mostly process. Ownership: the caller keeps its
     * reference and drops it afterwards.
     */
    void receive(SkBuff skb);
}
