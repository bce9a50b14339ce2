package org.vkernel.connector.wire;

import static org.vkernel.connector.abi.CnMsgLayout.ACK;
import static org.vkernel.connector.abi.CnMsgLayout.FLAGS;
import static org.vkernel.connector.abi.CnMsgLayout.IDX;
import static org.vkernel.connector.abi.CnMsgLayout.LEN;
import static org.vkernel.connector.abi.CnMsgLayout.SEQ;
import static org.vkernel.connector.abi.CnMsgLayout.SIZE;
import static org.vkernel.connector.abi.CnMsgLayout.VAL;

import org.vkernel.netlink.wire.LittleEndian;

/**
 * Connector message headers, read and written where they lie in an array: what C does through a
 * {@code struct cn_msg *}. It makes no objects, for the path that every message takes; elsewhere
 * {@link CnMsg} is easier to use.
 *
 * <p>Both eras have the same header. Any context; nothing sleeps. {@code at} is the offset of the
 * header in {@code bytes}, which must hold all of it: an exception of the array's else.
 */
public final class CnMsgHeader {
    private CnMsgHeader() {}

    /** {@code id.idx}, unsigned. */
    public static int idx(byte[] bytes, int at) {
        return LittleEndian.u32(bytes, at + IDX);
    }

    /** {@code id.val}, unsigned. */
    public static int val(byte[] bytes, int at) {
        return LittleEndian.u32(bytes, at + VAL);
    }

    /** {@code seq}, unsigned. */
    public static int seq(byte[] bytes, int at) {
        return LittleEndian.u32(bytes, at + SEQ);
    }

    /** {@code ack}, unsigned. */
    public static int ack(byte[] bytes, int at) {
        return LittleEndian.u32(bytes, at + ACK);
    }

    /** {@code len}: bytes of data, as the sender tells; 0 to 65535. */
    public static int len(byte[] bytes, int at) {
        return LittleEndian.u16(bytes, at + LEN);
    }

    /** {@code flags}: 16 bits. */
    public static int flags(byte[] bytes, int at) {
        return LittleEndian.u16(bytes, at + FLAGS);
    }

    /** Writes {@code id}. */
    public static void putId(byte[] bytes, int at, int idx, int val) {
        LittleEndian.putU32(bytes, at + IDX, idx);
        LittleEndian.putU32(bytes, at + VAL, val);
    }

    /** Writes all that follows {@code id}. */
    public static void put(byte[] bytes, int at, int seq, int ack, int len, int flags) {
        LittleEndian.putU32(bytes, at + SEQ, seq);
        LittleEndian.putU32(bytes, at + ACK, ack);
        LittleEndian.putU16(bytes, at + LEN, len);
        LittleEndian.putU16(bytes, at + FLAGS, flags);
    }

    /** Bytes of a message with {@code len} bytes of data. */
    public static int length(int len) {
        return SIZE + len;
    }
}
