package org.vkernel.testmodules.kv;

import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.WireException;

/**
 * What the store tells its group of a change; the message's sequence number counts changes. Its
 * data are the key, and the value if there is one now.
 *
 * @param value what the key has now; null: nothing
 */
public record KvChange(String key, @Nullable String value) {
    /**
     * Reads a change.
     *
     * @throws WireException if it is broken
     */
    public static KvChange parse(ByteSlice data) {
        String key = KvText.get(data, 0);
        int at = KvText.next(data, 0);
        return new KvChange(key, at == data.length() ? null : KvText.get(data, at));
    }

    /** The message's data. */
    public byte[] toByteArray() {
        String now = value;
        byte[] bytes = new byte[KvText.bytes(key) + (now == null ? 0 : KvText.bytes(now))];
        int at = KvText.put(bytes, 0, key);
        if (now != null) {
            KvText.put(bytes, at, now);
        }
        return bytes;
    }
}
