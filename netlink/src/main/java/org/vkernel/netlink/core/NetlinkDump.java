package org.vkernel.netlink.core;

import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.module.ModuleRef;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.abi.NlmFlag;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.SkBuffBytes;

/**
 * An answer in several parts, on its way to one asker: {@code struct netlink_callback}. Exclusive
 * to whoever holds the asker's callback mutex.
 */
public final class NetlinkDump {
    /** Makes a part of the answer. */
    @FunctionalInterface
    public interface Filler {
        /**
         * Puts messages into {@code skb} until it is full or there are no more. Context: process,
         * the asker's; may sleep.
         *
         * @return more than 0 if there is more to come; 0 at the end, or a negative errno: both end
         *     the dump
         */
        int fill(SkBuff skb, NetlinkDump dump);
    }

    /**
     * How a dump is made: {@code struct netlink_dump_control}.
     *
     * @param filler makes the parts
     * @param start called before the first part; what it returns but 0 refuses the dump; or null
     * @param done called once after the last part, or when the asker closes; or null
     * @param data for the others
     * @param module kept loaded while the dump runs
     * @param minAlloc the least room of a part, in bytes
     */
    public record Control(
            Filler filler,
            @Nullable ToIntFunction<NetlinkDump> start,
            @Nullable Consumer<NetlinkDump> done,
            @Nullable Object data,
            ModuleRef module,
            int minAlloc) {
        /** A dump that needs no more than its parts. */
        public static Control of(Filler filler) {
            return new Control(filler, null, null, null, ModuleRef.BUILT_IN, 0);
        }
    }

    private final SkBuff requestBuffer;
    private final NlMsg request;
    private final Control control;
    private final long[] args = new long[6];
    private int seq;
    private int previousSeq;
    private NetlinkExtAck extack = new NetlinkExtAck();

    NetlinkDump(SkBuff requestBuffer, NlMsg request, Control control) {
        this.requestBuffer = requestBuffer;
        this.request = request;
        this.control = control;
    }

    SkBuff requestBuffer() {
        return requestBuffer;
    }

    /** The request. */
    public NlMsg request() {
        return request;
    }

    Control control() {
        return control;
    }

    /** What {@link Control} holds for its functions. */
    public @Nullable Object data() {
        return control.data();
    }

    /** Where the filler notes how far it has come. */
    @SuppressWarnings("ArrayGetterReturnsInternal") // the filler's own memory
    public long[] args() {
        return args;
    }

    /** Says which version of the data this part shows; a change between parts is told. */
    public void setSeq(int version) {
        seq = version;
    }

    /** Takes what else there is to say at the end. */
    public NetlinkExtAck extack() {
        return extack;
    }

    void resetExtack() {
        extack = new NetlinkExtAck();
    }

    /**
     * Appends a message of the answer: with the asker's port id and sequence number, and
     * NLM_F_MULTI.
     *
     * @return whether there was room
     */
    public boolean put(SkBuff skb, int type, int flags, byte[] payload) {
        return SkBuffBytes.put(
                skb,
                requestBuffer.portid(),
                request.seq(),
                type,
                flags | NlmFlag.NLM_F_MULTI | consistency(),
                payload);
    }

    /** Models {@code nl_dump_check_consistent()}. */
    int consistency() {
        boolean changed = previousSeq != 0 && seq != previousSeq;
        previousSeq = seq;
        return changed ? NlmFlag.NLM_F_DUMP_INTR : 0;
    }
}
