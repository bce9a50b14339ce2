package org.vkernel.connector.wire;

import static org.vkernel.connector.abi.CnCtlMsgLayout.GROUP;
import static org.vkernel.connector.abi.CnCtlMsgLayout.IDX_NOTIFY_NUM;
import static org.vkernel.connector.abi.CnCtlMsgLayout.LEN;
import static org.vkernel.connector.abi.CnCtlMsgLayout.SIZE;
import static org.vkernel.connector.abi.CnCtlMsgLayout.VAL_NOTIFY_NUM;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.vkernel.connector.abi.CnNotifyReqLayout;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.WireException;

/**
 * A request for registration notices: the data of a message to the connector itself, in the queued
 * era. Whoever sends it wants to be told when an id is registered or unregistered that lies in one
 * of the ranges of indices and in one of the ranges of values.
 *
 * <p>Models {@code struct cn_ctl_msg} with the {@code cn_notify_req} behind it, 2.6.14 to 2.6.32.
 * It may be used in any context and never sleeps; what does not fit its lengths is refused with a
 * {@code WireException} where it is parsed, the connector passes it over.
 *
 * <p>It is read in place; {@link CnMsg} says what that means where the bytes are an sk_buff's.
 */
public final class CnCtlMsg {
    private final ByteSlice bytes;

    private CnCtlMsg(ByteSlice bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads a request, which must fill the slice.
     *
     * @throws WireException if it is too short, or its counts or its length do not fit its size
     */
    public static CnCtlMsg parse(ByteSlice bytes) {
        int length = bytes.length();
        if (length < SIZE) {
            throw new WireException(
                    "%d bytes are too short for a cn_ctl_msg of %d".formatted(length, SIZE));
        }
        long ranges =
                Integer.toUnsignedLong(bytes.u32(IDX_NOTIFY_NUM))
                        + Integer.toUnsignedLong(bytes.u32(VAL_NOTIFY_NUM));
        if (SIZE + ranges * CnNotifyReqLayout.SIZE != length) {
            throw new WireException(
                    "%d bytes do not hold exactly a cn_ctl_msg with %d ranges"
                            .formatted(length, ranges));
        }
        if (Integer.toUnsignedLong(bytes.u32(LEN)) != length - SIZE) {
            throw new WireException(
                    "cn_ctl_msg.len is %s; expected %d"
                            .formatted(Integer.toUnsignedString(bytes.u32(LEN)), length - SIZE));
        }
        return new CnCtlMsg(bytes);
    }

    /**
     * A request over bytes whose counts are left unchecked: nothing is read here, and a {@link
     * #request} that is not there is refused.
     */
    public static CnCtlMsg over(ByteSlice bytes) {
        return new CnCtlMsg(bytes);
    }

    /**
     * Builds a request.
     *
     * @param group the group that is to be told, or 0 to take an equal request back
     */
    public static CnCtlMsg of(int group, List<CnNotifyReq> idx, List<CnNotifyReq> val) {
        int ranges = (idx.size() + val.size()) * CnNotifyReqLayout.SIZE;
        byte[] bytes = new byte[SIZE + ranges];
        LittleEndian.putU32(bytes, IDX_NOTIFY_NUM, idx.size());
        LittleEndian.putU32(bytes, VAL_NOTIFY_NUM, val.size());
        LittleEndian.putU32(bytes, GROUP, group);
        LittleEndian.putU32(bytes, LEN, ranges);
        int at = SIZE;
        for (List<CnNotifyReq> requests : List.of(idx, val)) {
            for (CnNotifyReq request : requests) {
                LittleEndian.putU32(bytes, at + CnNotifyReqLayout.FIRST, request.first());
                LittleEndian.putU32(bytes, at + CnNotifyReqLayout.RANGE, request.range());
                at += CnNotifyReqLayout.SIZE;
            }
        }
        return new CnCtlMsg(ByteSlice.of(bytes));
    }

    /** How many ranges of indices there are, unsigned. */
    public int idxNotifyNum() {
        return bytes.u32(IDX_NOTIFY_NUM);
    }

    /** How many ranges of values there are, unsigned. */
    public int valNotifyNum() {
        return bytes.u32(VAL_NOTIFY_NUM);
    }

    /** The group that is to be told, unsigned; 0 takes an equal request back. */
    public int group() {
        return bytes.u32(GROUP);
    }

    /** Bytes of ranges, as the sender tells, unsigned. */
    public int len() {
        return bytes.u32(LEN);
    }

    /**
     * The range at a place among all: first those of indices, then those of values.
     *
     * @param place unsigned
     * @throws IndexOutOfBoundsException if the bytes end before it
     */
    public CnNotifyReq request(int place) {
        long at = SIZE + Integer.toUnsignedLong(place) * CnNotifyReqLayout.SIZE;
        int end = (int) Math.min(at, bytes.length());
        return new CnNotifyReq(
                bytes.u32(end + CnNotifyReqLayout.FIRST), bytes.u32(end + CnNotifyReqLayout.RANGE));
    }

    /**
     * The ranges of indices.
     *
     * @throws IndexOutOfBoundsException if there are fewer, which {@link #parse} excludes
     */
    public List<CnNotifyReq> idxRequests() {
        return requests(0, idxNotifyNum());
    }

    /**
     * The ranges of values.
     *
     * @throws IndexOutOfBoundsException if there are fewer, which {@link #parse} excludes
     */
    public List<CnNotifyReq> valRequests() {
        return requests(idxNotifyNum(), valNotifyNum());
    }

    private List<CnNotifyReq> requests(int from, int count) {
        ImmutableList.Builder<CnNotifyReq> requests = ImmutableList.builder();
        for (int i = 0; Integer.compareUnsigned(i, count) < 0; i++) {
            requests.add(request(from + i));
        }
        return requests.build();
    }

    /** All bytes of the request. */
    public ByteSlice bytes() {
        return bytes;
    }

    /** The same request over bytes of its own. */
    public CnCtlMsg copy() {
        return new CnCtlMsg(ByteSlice.of(bytes.toByteArray()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CnCtlMsg message && message.bytes.equals(bytes);
    }

    @Override
    public int hashCode() {
        return bytes.hashCode();
    }

    @Override
    public String toString() {
        return "group=%s idxNum=%s valNum=%s ranges=[%s]"
                .formatted(
                        Integer.toUnsignedString(group()),
                        Integer.toUnsignedString(idxNotifyNum()),
                        Integer.toUnsignedString(valNotifyNum()),
                        bytes.slice(SIZE));
    }
}
