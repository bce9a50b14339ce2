package org.vkernel.connector.core;

import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.wire.ByteSlice;

/** Bytes of an sk_buff: a read after the sk_buff is freed is reported as the use after free. */
final class SkbBytes extends ByteSlice {
    private final SkBuff skb;

    private SkbBytes(SkBuff skb, byte[] head, int offset, int length) {
        super(head, offset, length);
        this.skb = skb;
    }

    /** {@code length} bytes of the message, from its byte {@code offset} on. */
    static SkbBytes of(SkBuff skb, int offset, int length) {
        return new SkbBytes(skb, skb.head(), skb.data() + offset, length);
    }

    @Override
    protected void checkLive() {
        var _ = skb.data(); // reports if nobody holds it any more
    }

    @Override
    protected ByteSlice view(byte[] head, int offset, int length) {
        return new SkbBytes(skb, head, offset, length);
    }
}
