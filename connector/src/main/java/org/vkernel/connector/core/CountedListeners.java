package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.ProcInputLayout;
import org.vkernel.connector.core.ProcPolicies.CountRight;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.netlink.core.NetlinkTxFilter;

/**
 * Listeners up to 6.5: one count, which every LISTEN raises and every IGNORE lowers, whoever asks.
 * So it goes below 0, and does not fall when a listener closes its socket.
 */
final class CountedListeners implements ProcListeners {
    private final VirtualKernel kernel;
    private final AtomicInt count;
    private final CountRight countRight;

    CountedListeners(VirtualKernel kernel) {
        this.kernel = kernel;
        this.count = new AtomicInt(kernel.sched(), 0);
        this.countRight = kernel.variants().policy(CountRight.class, CountRight.USUAL);
    }

    @Override
    public boolean hasAny() {
        return count.get() >= 1;
    }

    @Override
    public int control(CnMsg request, SenderInfo sender) {
        if (request.len() != ProcInputLayout.SIZE_OLD) {
            return SILENT;
        }
        if (!countRight.isHeld(kernel, sender)) {
            return Errno.EPERM;
        }
        return switch (ProcInput.parse(request.data()).mcastOp()) {
            case ProcInputLayout.PROC_CN_MCAST_LISTEN -> {
                count.incrementAndGet();
                yield 0;
            }
            case ProcInputLayout.PROC_CN_MCAST_IGNORE -> {
                count.decrementAndGet();
                yield 0;
            }
            default -> Errno.EINVAL;
        };
    }

    @Override
    public @Nullable NetlinkTxFilter filter() {
        return null;
    }
}
