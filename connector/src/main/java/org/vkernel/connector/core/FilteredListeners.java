package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.abi.ProcEventType;
import org.vkernel.connector.abi.ProcInputLayout;
import org.vkernel.connector.core.ProcPolicies.NeverAsked;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.KnownCounterExamples;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.shared.SharedInt;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.core.NetlinkSock;
import org.vkernel.netlink.core.NetlinkTxFilter;

/**
 * Listeners from 6.6 on: each socket remembers what it asked for last, and for which events.
 * Anybody may ask.
 *
 * <p>N.B. what Linux still has: a socket that closes stays counted; an operation that means nothing
 * is remembered as any other, so that an IGNORE after it takes off a listener that never was one.
 */
final class FilteredListeners implements ProcListeners, NetlinkTxFilter {
    static final String OUTLIVES_SOCKET = "proc_input outlives its socket";

    /** {@code struct proc_input}: what a socket asked for last; its {@code sk_user_data}. */
    private static final class Input {
        final SharedInt mcastOp;
        final SharedInt eventType;

        final int object;

        Input(Scheduler sched, int object) {
            this.object = object;
            mcastOp = new SharedInt(sched, 0);
            eventType = new SharedInt(sched, 0);
        }
    }

    private final VirtualKernel kernel;
    private final AtomicInt count;
    private final NeverAsked neverAsked;

    FilteredListeners(VirtualKernel kernel) {
        this.kernel = kernel;
        this.count = new AtomicInt(kernel.sched(), 0);
        this.neverAsked = kernel.variants().policy(NeverAsked.class, NeverAsked.USUAL);
    }

    @Override
    public boolean hasAny() {
        return count.get() >= 1;
    }

    @Override
    public int control(CnMsg request, SenderInfo sender) {
        int len = request.len();
        NetlinkSock sk = sender.socket();
        if ((len != ProcInputLayout.SIZE && len != ProcInputLayout.SIZE_OLD) || sk == null) {
            return SILENT;
        }
        ProcInput asked = ProcInput.parse(request.data());
        int events = asked.eventType().orElse(0) & ProcEventType.PROC_EVENT_ALL;
        Input input = inputOf(sk);
        boolean initial = input == null;
        if (input == null) {
            int object = kernel.mm().kmalloc(ProcInputLayout.SIZE, GfpMask.KERNEL);
            if (object == 0) {
                return Errno.ENOMEM;
            }
            input = new Input(kernel.sched(), object);
            sk.setUserData(input);
        }
        int before = initial ? 0 : input.mcastOp.getOnce();
        input.eventType.setOnce(events == 0 ? ProcEventType.PROC_EVENT_ALL : events);
        input.mcastOp.setOnce(asked.mcastOp());
        return count(asked.mcastOp(), before, initial, input);
    }

    private int count(int operation, int before, boolean initial, Input input) {
        switch (operation) {
            case ProcInputLayout.PROC_CN_MCAST_LISTEN -> {
                if (initial || before != ProcInputLayout.PROC_CN_MCAST_LISTEN) {
                    count.incrementAndGet();
                }
            }
            case ProcInputLayout.PROC_CN_MCAST_IGNORE -> {
                if (!initial && before != ProcInputLayout.PROC_CN_MCAST_IGNORE) {
                    count.decrementAndGet();
                }
                input.eventType.setOnce(ProcEventType.PROC_EVENT_NONE);
            }
            default -> {
                return Errno.EINVAL;
            }
        }
        return 0;
    }

    private static @Nullable Input inputOf(NetlinkSock sk) {
        return sk.userData() instanceof Input input ? input : null;
    }

    @Override
    public NetlinkTxFilter filter() {
        return this;
    }

    /**
     * Whether {@code receiver} asked not to be told of the event {@code data}. An acknowledgement
     * is an event of no kind, which no filter but that of all kinds lets pass.
     *
     * <p>Models {@code cn_filter()}.
     */
    @Override
    public boolean isFiltered(NetlinkSock receiver, SkBuff skb, @Nullable Object data) {
        Input input = inputOf(receiver);
        if (!(data instanceof LocalEvents event)) {
            return false;
        }
        if (input == null) {
            return neverAsked.isFiltered();
        }
        int wanted = input.eventType.getOnce();
        if (input.mcastOp.getOnce() == ProcInputLayout.PROC_CN_MCAST_IGNORE) {
            return true;
        }
        if (wanted == ProcEventType.PROC_EVENT_ALL) {
            return false;
        }
        if ((wanted & ProcEventType.PROC_EVENT_NONZERO_EXIT) != 0
                && event.what() == ProcEventType.PROC_EVENT_EXIT
                && event.exitCode() != 0) {
            return false;
        }
        return (wanted & event.what()) == 0;
    }

    /**
     * Frees what a socket asked for, when it closes. N.B. as in Linux only that of a member of
     * group 1; else it is left behind, which is reported here.
     *
     * <p>Models {@code cn_release()}. Context: process.
     */
    static void release(VirtualKernel kernel, NetlinkSock sk) {
        Input input = inputOf(sk);
        if (input == null) {
            return;
        }
        if (!sk.isMember(ConnectorId.CN_IDX_PROC)) {
            String what = sk + " closes, and is no member of group 1";
            kernel.report(
                    OUTLIVES_SOCKET,
                    what,
                    StackTraces.here(),
                    KnownCounterExamples.isKnown(OUTLIVES_SOCKET, what));
        }
        sk.setUserData(null);
        kernel.mm().kfree(input.object);
    }
}
