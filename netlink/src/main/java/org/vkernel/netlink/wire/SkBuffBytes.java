package org.vkernel.netlink.wire;

import java.util.List;
import java.util.Objects;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.abi.NlmsghdrLayout;

/**
 * The bytes of an sk_buff as a slice, which reports a read after the sk_buff is freed; and messages
 * put behind them.
 */
public final class SkBuffBytes extends ByteSlice {
    private final SkBuff skb;

    private SkBuffBytes(SkBuff skb, byte[] head, int offset, int length) {
        super(head, offset, length);
        this.skb = skb;
    }

    /** All bytes that {@code skb} holds now. */
    public static ByteSlice of(SkBuff skb) {
        return new SkBuffBytes(skb, skb.head(), skb.data(), skb.len());
    }

    /**
     * {@code length} bytes that {@code skb} has from its byte {@code offset} on.
     *
     * @throws IndexOutOfBoundsException if it has not as many
     */
    public static ByteSlice of(SkBuff skb, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, skb.len());
        return new SkBuffBytes(skb, skb.head(), skb.data() + offset, length);
    }

    @Override
    protected void checkLive() {
        var _ = skb.data(); // reports if nobody holds it any more
    }

    @Override
    protected ByteSlice view(byte[] head, int offset, int length) {
        return new SkBuffBytes(skb, head, offset, length);
    }

    /** A payload that is a number, and attributes behind it. */
    public static byte[] numberAndAttributes(int number, List<NlAttr> attributes) {
        byte[] tail = NlAttr.join(attributes);
        byte[] payload = new byte[Integer.BYTES + tail.length];
        LittleEndian.putU32(payload, 0, number);
        System.arraycopy(tail, 0, payload, Integer.BYTES, tail.length);
        return payload;
    }

    /**
     * Appends a message, if there is room for it and its padding.
     *
     * <p>Models {@code nlmsg_put()}.
     *
     * @return whether there was room; where not, {@code skb} is as it was
     */
    public static boolean put(SkBuff skb, int pid, int seq, int type, int flags, byte[] payload) {
        int length = NlMsgHeader.length(payload.length);
        int space = NlMsgHeader.align(length);
        if (skb.tailroom() < space) {
            return false;
        }
        int at = skb.putToWrite(space);
        byte[] head = skb.head();
        NlMsgHeader.put(head, at, length, type, flags, seq, pid);
        System.arraycopy(payload, 0, head, at + NlmsghdrLayout.NLMSG_HDRLEN, payload.length);
        NlMsgHeader.zeroPadding(head, at, length);
        return true;
    }
}
