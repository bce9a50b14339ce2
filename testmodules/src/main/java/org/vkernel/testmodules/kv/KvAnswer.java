package org.vkernel.testmodules.kv;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.WireException;

/**
 * What the store answers: the data of a connector message.
 *
 * <pre>
 *     0       4         12       16
 *     | error | session | change | key | value | key | value ...
 * </pre>
 *
 * @param error 0 or an errno, positive: {@code ENOENT} no such key; {@code ESTALE} the request, or
 *     its session, is too old to know whether it was applied, and was not applied now; {@code
 *     EINVAL}; {@code ENOSPC}
 * @param session the session
 * @param change the number of the last change before the answer, unsigned
 * @param entries what was read, or is there after the change
 */
public record KvAnswer(int error, long session, int change, ImmutableMap<String, String> entries) {
    private static final int SESSION = 4;
    private static final int CHANGE = 12;
    private static final int ENTRIES = 16;

    /** An answer that holds no entries. */
    static KvAnswer of(int error, long session, int change) {
        return new KvAnswer(error, session, change, ImmutableMap.of());
    }

    /**
     * Reads an answer.
     *
     * @throws WireException if it is broken
     */
    public static KvAnswer parse(ByteSlice data) {
        KvText.require(data, ENTRIES);
        ImmutableMap.Builder<String, String> entries = ImmutableMap.builder();
        for (int at = ENTRIES; at < data.length(); ) {
            String key = KvText.get(data, at);
            at = KvText.next(data, at);
            String value = KvText.get(data, at);
            at = KvText.next(data, at);
            entries.put(key, value);
        }
        return new KvAnswer(
                data.u32(0), data.u64(SESSION), data.u32(CHANGE), entries.buildKeepingLast());
    }

    /** The message's data. */
    public byte[] toByteArray() {
        int length = ENTRIES;
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            length += KvText.bytes(entry.getKey()) + KvText.bytes(entry.getValue());
        }
        byte[] bytes = new byte[length];
        LittleEndian.putU32(bytes, 0, error);
        LittleEndian.putU64(bytes, SESSION, session);
        LittleEndian.putU32(bytes, CHANGE, change);
        int at = ENTRIES;
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            at = KvText.put(bytes, KvText.put(bytes, at, entry.getKey()), entry.getValue());
        }
        return bytes;
    }
}
