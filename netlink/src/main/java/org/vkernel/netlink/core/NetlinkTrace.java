package org.vkernel.netlink.core;

import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;

/** The trace events of the netlink core. Port ids are unsigned, groups counted from 1. */
final class NetlinkTrace {
    private static final TraceKind SEND =
            TraceKind.of("netlink", "netlink_send", "portid", "dst", "len");
    private static final TraceKind DELIVER =
            TraceKind.of("netlink", "netlink_deliver", "portid", "group", "len");
    private static final TraceKind INPUT =
            TraceKind.of("netlink", "netlink_input", "protocol", "from", "len");
    private static final TraceKind DROP =
            TraceKind.of("netlink", "netlink_drop", "portid", "group", "len");
    private static final TraceKind OVERRUN =
            TraceKind.of("netlink", "netlink_overrun", "portid", "drops", "first");
    private static final TraceKind RECV =
            TraceKind.of("netlink", "netlink_recv", "portid", "from", "result");
    private static final TraceKind PEEK =
            TraceKind.of("netlink", "netlink_peek", "portid", "from", "result");
    private static final TraceKind BIND =
            TraceKind.of("netlink", "netlink_bind", "portid", "groups", "result");
    private static final TraceKind RELEASE =
            TraceKind.of("netlink", "netlink_release", "portid", "protocol", "");
    private static final TraceKind CLOSE =
            TraceKind.of("netlink", "netlink_close", "portid", "unread", "");

    private final Trace trace;

    NetlinkTrace(Trace trace) {
        this.trace = trace;
    }

    private static long unsigned(int id) {
        return Integer.toUnsignedLong(id);
    }

    /** A process sends; {@code dst} holds the port id and, from bit 32 on, the group. */
    void send(NetlinkSock from, int portid, int group, int len) {
        if (trace.isActive()) {
            trace.emit(
                    SEND, unsigned(from.portidNow()), unsigned(portid) | (long) group << 32, len);
        }
    }

    void deliver(NetlinkSock to, int group, int len) {
        if (trace.isActive()) {
            trace.emit(DELIVER, unsigned(to.portidNow()), group, len);
        }
    }

    void input(NetlinkSock kernel, int from, int len) {
        if (trace.isActive()) {
            trace.emit(INPUT, kernel.protocol(), unsigned(from), len);
        }
    }

    void drop(NetlinkSock to, int group, int len, String why) {
        if (trace.isActive()) {
            trace.emit(DROP, unsigned(to.portidNow()), group, len, why);
        }
    }

    /** A socket lost a message; {@code first}: and was not congested before. */
    void overrun(NetlinkSock sk, int drops, boolean first) {
        if (trace.isActive()) {
            trace.emit(OVERRUN, unsigned(sk.portidNow()), unsigned(drops), first ? 1 : 0);
        }
    }

    /** A recv has ended; {@code peek}: one that leaves the message where it is. */
    void recv(NetlinkSock sk, boolean peek, int from, int result) {
        if (trace.isActive()) {
            trace.emit(peek ? PEEK : RECV, unsigned(sk.portidNow()), unsigned(from), result);
        }
    }

    void bind(NetlinkSock sk, int groups, int result) {
        if (trace.isActive()) {
            trace.emit(BIND, unsigned(sk.portidNow()), unsigned(groups), result);
        }
    }

    /** The owner lets go of a socket, which may get messages until it is out of the tables. */
    void release(NetlinkSock sk) {
        if (trace.isActive()) {
            trace.emit(RELEASE, unsigned(sk.portidNow()), sk.protocol(), 0);
        }
    }

    /** Nobody holds a socket any more. */
    void close(NetlinkSock sk, int unread) {
        if (trace.isActive()) {
            trace.emit(CLOSE, unsigned(sk.portidNow()), unread, 0);
        }
    }
}
