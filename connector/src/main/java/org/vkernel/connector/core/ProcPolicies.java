package org.vkernel.connector.core;

import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;

/**
 * The lines of process events that have been wrong in some Linux, or still are, as policies: what
 * each does here is the reference's behaviour, and {@link ProcVariants} puts others in their place.
 */
final class ProcPolicies {
    private ProcPolicies() {}

    /** What an event's buffer holds when it is filled. */
    @FunctionalInterface
    interface EventBytes {
        EventBytes USUAL = ProcEvent::put;

        /** Writes all bytes of {@code event} to {@code bytes}, which are 0, from {@code at} on. */
        void put(ProcEvent event, byte[] bytes, int at);
    }

    /** How the memory of an event is asked for. */
    @FunctionalInterface
    interface EventGfp {
        EventGfp USUAL = () -> GfpMask.NOWAIT;

        GfpMask mask();
    }

    /** Which number an acknowledgement has. */
    @FunctionalInterface
    interface AckNumber {
        AckNumber USUAL = (local, what, requestSeq) -> local.begin(what, 0);

        int next(LocalEvents local, int what, int requestSeq);
    }

    /** Which requests are acknowledged. */
    @FunctionalInterface
    interface AckDue {
        AckDue USUAL = ProcListeners::hasAny;

        boolean isDue(ProcListeners listeners);
    }

    /** Who may change the count of listeners, where there is one. */
    @FunctionalInterface
    interface CountRight {
        CountRight USUAL = (kernel, sender) -> sender.isCapable();

        boolean isHeld(VirtualKernel kernel, SenderInfo sender);
    }

    /** What a filter takes a member for that never asked for anything. */
    @FunctionalInterface
    interface NeverAsked {
        NeverAsked USUAL = () -> false;

        boolean isFiltered();
    }
}
