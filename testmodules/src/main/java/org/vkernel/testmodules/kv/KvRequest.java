package org.vkernel.testmodules.kv;

import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.WireException;

/**
 * A request to the store: the data of a connector message.
 *
 * <pre>
 *     0       4         12
 *     | op    | session | key | value |
 * </pre>
 *
 * @param session the number that the store gave the client; 0 in {@link KvOp#OPEN}
 * @param key empty where it means nothing
 * @param value empty where it means nothing
 */
public record KvRequest(KvOp op, long session, String key, String value) {
    private static final int SESSION = 4;
    private static final int KEY = 12;

    /**
     * Reads a request.
     *
     * @throws WireException if it is broken
     */
    public static KvRequest parse(ByteSlice data) {
        KvText.require(data, KEY);
        KvOp op = KvOp.of(data.u32(0));
        String key = KvText.get(data, KEY);
        String value = KvText.get(data, KvText.next(data, KEY));
        return new KvRequest(op, data.u64(SESSION), key, value);
    }

    /** The message's data. */
    public byte[] toByteArray() {
        byte[] bytes = new byte[KEY + KvText.bytes(key) + KvText.bytes(value)];
        LittleEndian.putU32(bytes, 0, op.code());
        LittleEndian.putU64(bytes, SESSION, session);
        KvText.put(bytes, KvText.put(bytes, KEY, key), value);
        return bytes;
    }
}
