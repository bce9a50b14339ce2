package org.vkernel.netlink.core;

import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.wire.NlMsg;

/** What a kernel's socket does with one request. */
@FunctionalInterface
public interface NetlinkRequestHandler {
    /**
     * Does what is asked. Context: process. Ownership: the caller keeps {@code skb}.
     *
     * @param request a view of {@code skb}: valid until this returns
     * @param extack takes what else there is to say
     * @return 0; a negative errno; or what {@link NetlinkDumps#start} returned
     */
    int handle(SkBuff skb, NlMsg request, NetlinkExtAck extack);
}
