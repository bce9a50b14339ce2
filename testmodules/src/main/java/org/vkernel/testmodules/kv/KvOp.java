package org.vkernel.testmodules.kv;

import org.vkernel.netlink.wire.WireException;

/** What can be asked of the store. */
public enum KvOp {
    /** Begins a session. */
    OPEN(0),
    GET(1),
    PUT(2),
    DELETE(3),
    /** Puts text behind what there is: done twice, it shows. */
    APPEND(4),
    /** Reads everything. */
    ALL(5);

    private final int code;

    KvOp(int code) {
        this.code = code;
    }

    /** The number that stands for it in messages. */
    int code() {
        return code;
    }

    /**
     * What a number stands for.
     *
     * @throws WireException if it stands for nothing
     */
    static KvOp of(int code) {
        for (KvOp op : values()) {
            if (op.code == code) {
                return op;
            }
        }
        throw new WireException("the store knows no operation " + Integer.toUnsignedString(code));
    }
}
