package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.netlink.core.NetlinkTxFilter;

/**
 * Who is told of process events, and how requests change that: what differs between the versions of
 * cn_proc.
 *
 * <p>Models the part of {@code cn_proc_mcast_ctl()} before its acknowledgement.
 */
interface ProcListeners {
    /** As an answer to a request: it is not acknowledged at all. */
    int SILENT = -1;

    /** Whether it is worth the while to make a message: {@code proc_event_num_listeners >= 1}. */
    boolean hasAny();

    /**
     * Does what a process asks for. Context: process, the sender's. Sleeps: may.
     *
     * @return what the acknowledgement tells, 0 or a positive error number; {@link #SILENT}
     */
    int control(CnMsg request, SenderInfo sender);

    /** Which members of the group are not told of an event; null: all are. */
    @Nullable NetlinkTxFilter filter();
}
