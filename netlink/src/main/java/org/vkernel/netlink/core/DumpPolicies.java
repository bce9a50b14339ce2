package org.vkernel.netlink.core;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.skb.SkBuff;

/**
 * The lines of dumps and acknowledgements that have been wrong in some Linux, or still are, as
 * policies: what each does here is the reference's behaviour, and {@link DumpVariants} puts others
 * in their place. All are away from the path of a message.
 */
final class DumpPolicies {
    private DumpPolicies() {}

    /** What {@code __netlink_dump_start()} does where the dump's start function fails. */
    @FunctionalInterface
    interface StartFailure {
        StartFailure USUAL =
                (asker, dump, error) -> {
                    dump.control().module().put();
                    return error;
                };

        /** Cleans up; 0 if the dump goes on nevertheless, else the error. */
        int after(NetlinkSock asker, NetlinkDump dump, int error);
    }

    /** What {@code netlink_dump()} does where there is no memory for a part. */
    @FunctionalInterface
    interface PartFailure {
        PartFailure USUAL = asker -> asker.callbackMutex().unlock();

        /** Lets go of the callback mutex, which is held. */
        void after(NetlinkSock asker);
    }

    /** What {@code __netlink_dump_start()} does where the first part failed. */
    @FunctionalInterface
    interface FirstPartFailure {
        FirstPartFailure USUAL = (dumps, asker, dump) -> {};

        /** Cleans up; nothing is locked. */
        void after(NetlinkDumps dumps, NetlinkSock asker, NetlinkDump dump);
    }

    /** What {@code netlink_recvmsg()} does where a later part failed. */
    @FunctionalInterface
    interface LaterPartFailure {
        LaterPartFailure USUAL =
                (asker, error) -> {
                    asker.setError(-error);
                    asker.reportError();
                };

        /** Lets the asker know. */
        void tell(NetlinkSock asker, int error);
    }

    /** Whether {@code netlink_dump()} puts the end into the part at hand. */
    @FunctionalInterface
    interface EndInPart {
        EndInPart USUAL = (skb, bytes) -> skb.tailroom() >= bytes;

        /** Whether the end, of {@code bytes}, is put into {@code skb}. */
        boolean isPut(SkBuff skb, int bytes);
    }

    /** How {@code netlink_dump()} asks for a part larger than it must be. */
    @FunctionalInterface
    interface LargePartGfp {
        LargePartGfp USUAL =
                () ->
                        GfpMask.KERNEL
                                .without(GfpMask.Flag.DIRECT_RECLAIM)
                                .with(GfpMask.Flag.NOWARN | GfpMask.Flag.NORETRY);

        GfpMask mask();
    }

    /** How {@code netlink_dump()} keeps a part to the size that it asked for. */
    @FunctionalInterface
    interface PartRoom {
        PartRoom USUAL = (skb, bytes) -> skb.reserve(skb.tailroom() - bytes);

        /** Leaves {@code bytes} of room in {@code skb}, which is empty. */
        void limit(SkBuff skb, int bytes);
    }

    /** Which parts {@code netlink_dump()} does not charge to the asker. */
    @FunctionalInterface
    interface PartBudget {
        PartBudget USUAL =
                (rmem, truesize, rcvbuf) ->
                        rmem != truesize && Integer.compareUnsigned(rmem, rcvbuf) >= 0;

        /** Whether a part is refused; {@code rmem} holds it already. */
        boolean isRefused(int rmem, int truesize, int rcvbuf);
    }

    /** What {@code __netlink_dump_start()} returns for a dump that is under way. */
    @FunctionalInterface
    interface StartedResult {
        StartedResult USUAL = () -> -Errno.EINTR;

        int value();
    }

    /** When an unfinished dump of a socket that goes is ended. */
    interface Cleanup {
        Cleanup USUAL =
                new Cleanup() {
                    @Override
                    public void closed(NetlinkDumps dumps, NetlinkSock asker) {
                        dumps.terminate(asker);
                    }

                    @Override
                    public void destructed(NetlinkDumps dumps, NetlinkSock asker) {}
                };

        /** The socket is closed by its process. */
        void closed(NetlinkDumps dumps, NetlinkSock asker);

        /** The socket's last holder has let go of it. Context: any. */
        void destructed(NetlinkDumps dumps, NetlinkSock asker);
    }

    /** Which value of an asker's option {@code netlink_ack()} fills the answer by. */
    @FunctionalInterface
    interface AckOption {
        AckOption USUAL = (asker, seen) -> seen;

        /** Whether the asker wants more told; {@code seen} is what the answer's size is from. */
        boolean whenFilling(NetlinkSock asker, boolean seen);
    }

    /** What {@code nlmsg_notify()} returns where nobody is in the group. */
    @FunctionalInterface
    interface NobodyListens {
        NobodyListens USUAL = () -> 0;

        int result();
    }
}
