package org.vkernel.netlink.core;

import static org.vkernel.netlink.abi.SocketOption.*;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.sock.Sock;
import org.vkernel.emulator.sock.SockFlag;
import org.vkernel.emulator.sock.SocketFilter;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.SkMeminfo;
import org.vkernel.netlink.abi.SockaddrNlLayout;

/**
 * Options of level SOL_SOCKET, as a netlink socket answers them. Most do nothing but remember their
 * value.
 *
 * <p>Models {@code sk_setsockopt()} and {@code sk_getsockopt()} (net/core/sock.c).
 */
final class SocketOptions {
    /** Bytes that a filter of one instruction is charged ({@code SO_MEMINFO}'s optmem). */
    private static final int FILTER_BYTES = 136;

    /** What {@code SO_BPF_EXTENSIONS} tells ({@code SKF_AD_MAX}). */
    private static final int BPF_EXTENSIONS = 64;

    /** The greatest priority that any process may set ({@code TC_PRIO_INTERACTIVE}). */
    private static final int FREE_PRIORITY_MAX = 6;

    private static final long MICROS_PER_SECOND = 1_000_000;

    private final VirtualKernel kernel;
    private final Profile profile;

    SocketOptions(VirtualKernel kernel) {
        this.kernel = kernel;
        this.profile = kernel.profile();
    }

    // ---- Setting ----------------------------------------------------------------------------

    int set(NetlinkSock sk, int name, int value, int length) {
        if (length < Integer.BYTES) {
            return -Errno.EINVAL;
        }
        sk.lock();
        int result = setLocked(sk, name, value);
        sk.unlock();
        return result;
    }

    private int setLocked(NetlinkSock sk, int name, int value) {
        boolean on = value != 0;
        return switch (name) {
            case SO_SNDBUF ->
                    setSndbuf(sk, Math.min(Integer.toUnsignedLong(value), profile.wmemMax()));
            case SO_SNDBUFFORCE -> mayForce() ? setSndbuf(sk, Math.max(value, 0)) : -Errno.EPERM;
            case SO_RCVBUF ->
                    setRcvbuf(sk, Math.min(Integer.toUnsignedLong(value), profile.rmemMax()));
            case SO_RCVBUFFORCE -> mayForce() ? setRcvbuf(sk, Math.max(value, 0)) : -Errno.EPERM;
            case SO_PRIORITY -> setPriority(sk, value);
            case SO_MARK -> setMark(sk, value);
            case SO_RCVLOWAT -> setRcvlowat(sk, value);
            case SO_BUF_LOCK -> setBufLock(sk, value);
            case SO_RESERVE_MEM -> value < 0 ? -Errno.EINVAL : -Errno.EOPNOTSUPP;
            case SO_LOCK_FILTER -> lockFilter(sk, on);
            case SO_DETACH_FILTER -> setFilter(sk, null);
            case SO_TIMESTAMP, SO_TIMESTAMP_NEW, SO_TIMESTAMPNS, SO_TIMESTAMPNS_NEW ->
                    setTimestamp(sk, name, on);
            case SO_DEBUG ->
                    on && !kernel.currentIsCapable() ? -Errno.EACCES : setFlag(sk, name, on);
            default -> setFlag(sk, name, on);
        };
    }

    /** Whether the process may exceed the limits of buffer sizes. */
    private boolean mayForce() {
        return kernel.currentIsCapable();
    }

    private static int setRcvlowat(NetlinkSock sk, int value) {
        sk.setRcvlowat(value < 0 ? Integer.MAX_VALUE : Math.max(value, 1));
        return 0;
    }

    private int setFlag(NetlinkSock sk, int name, boolean on) {
        if (name == SO_REUSEPORT && on && profile.hasRecentSocketOptions()) {
            return -Errno.EOPNOTSUPP; // for internet sockets only
        }
        int flag = flagOf(name);
        if (flag != 0) {
            sk.set(flag, on);
            return 0;
        }
        return switch (name) {
            case SO_PEEK_OFF, SO_ZEROCOPY -> -Errno.EOPNOTSUPP;
            case SO_PASSPIDFD, SO_PASSRIGHTS ->
                    profile.hasRecentSocketOptions() ? -Errno.EOPNOTSUPP : -Errno.ENOPROTOOPT;
            case SO_TXREHASH -> profile.hasRecentSocketOptions() ? -Errno.EOPNOTSUPP : 0;
            case SO_BSDCOMPAT, SO_MAX_PACING_RATE, SO_CNX_ADVICE -> 0;
            case SO_BINDTODEVICE,
                    SO_RCVTIMEO,
                    SO_SNDTIMEO,
                    SO_RCVTIMEO_NEW,
                    SO_SNDTIMEO_NEW,
                    SO_LINGER,
                    SO_TXTIME,
                    SO_ATTACH_FILTER ->
                    -Errno.EINVAL; // they want more than an int
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int flagOf(int name) {
        return switch (name) {
            case SO_DEBUG -> SockFlag.DEBUG;
            case SO_REUSEADDR -> SockFlag.REUSE;
            case SO_REUSEPORT -> SockFlag.REUSEPORT;
            case SO_DONTROUTE -> SockFlag.LOCALROUTE;
            case SO_BROADCAST -> SockFlag.BROADCAST;
            case SO_KEEPALIVE -> SockFlag.KEEPOPEN;
            case SO_OOBINLINE -> SockFlag.URGINLINE;
            case SO_NO_CHECK -> SockFlag.NO_CHECK;
            case SO_PASSCRED -> SockFlag.PASSCRED;
            case SO_PASSSEC -> SockFlag.PASSSEC;
            case SO_RXQ_OVFL -> SockFlag.RXQ_OVFL;
            case SO_WIFI_STATUS -> SockFlag.WIFI_STATUS;
            case SO_NOFCS -> SockFlag.NOFCS;
            case SO_LOCK_FILTER -> SockFlag.FILTER_LOCKED;
            case SO_SELECT_ERR_QUEUE -> SockFlag.SELECT_ERR_QUEUE;
            case SO_RCVMARK -> SockFlag.RCVMARK;
            case SO_RCVPRIORITY -> SockFlag.RCVPRIORITY;
            default -> 0;
        };
    }

    /** Models {@code __sock_set_rcvbuf()}: doubled, since the charge counts overhead. */
    private int setRcvbuf(NetlinkSock sk, long value) {
        long limited = Math.min(value, Integer.MAX_VALUE / 2);
        sk.setUserlocks(sk.userlocks() | SOCK_RCVBUF_LOCK);
        sk.setRcvbuf((int) Math.max(limited * 2, profile.rcvbufMin()));
        return 0;
    }

    private int setSndbuf(NetlinkSock sk, long value) {
        long limited = Math.min(value, Integer.MAX_VALUE / 2);
        sk.setUserlocks(sk.userlocks() | SOCK_SNDBUF_LOCK);
        sk.setSndbuf((int) Math.max(limited * 2, profile.sndbufMin()));
        return 0;
    }

    private int setPriority(NetlinkSock sk, int value) {
        boolean free = value >= 0 && value <= FREE_PRIORITY_MAX;
        if (!free && !kernel.currentIsCapable()) {
            return -Errno.EPERM;
        }
        sk.setPriority(value);
        return 0;
    }

    private int setMark(NetlinkSock sk, int value) {
        if (!kernel.currentIsCapable()) {
            return -Errno.EPERM;
        }
        sk.setMark(value);
        return 0;
    }

    private static int setBufLock(NetlinkSock sk, int value) {
        int both = SOCK_SNDBUF_LOCK | SOCK_RCVBUF_LOCK;
        if ((value & ~both) != 0) {
            return -Errno.EINVAL;
        }
        sk.setUserlocks(value);
        return 0;
    }

    /** Models {@code __sock_set_timestamps()}: which of the four it is, is told by three bits. */
    private static int setTimestamp(NetlinkSock sk, int name, boolean on) {
        boolean nanos = name == SO_TIMESTAMPNS || name == SO_TIMESTAMPNS_NEW;
        sk.set(SockFlag.TIMESTAMP, on);
        sk.set(SockFlag.TIMESTAMPNS, on && nanos);
        if (on) {
            boolean isNew = name == SO_TIMESTAMP_NEW || name == SO_TIMESTAMPNS_NEW;
            sk.set(SockFlag.TSTAMP_NEW, isNew);
        }
        return 0;
    }

    private static boolean hasTimestamp(NetlinkSock sk, int name) {
        boolean isNew = sk.has(SockFlag.TSTAMP_NEW);
        boolean nanos = sk.has(SockFlag.TIMESTAMPNS);
        return switch (name) {
            case SO_TIMESTAMP -> sk.has(SockFlag.TIMESTAMP) && !isNew && !nanos;
            case SO_TIMESTAMP_NEW -> sk.has(SockFlag.TIMESTAMP) && isNew;
            case SO_TIMESTAMPNS -> nanos && !isNew;
            default -> nanos && isNew;
        };
    }

    private static int lockFilter(NetlinkSock sk, boolean on) {
        if (sk.has(SockFlag.FILTER_LOCKED) && !on) {
            return -Errno.EPERM;
        }
        sk.set(SockFlag.FILTER_LOCKED, on);
        return 0;
    }

    /** Attaches a filter, or takes it off. The caller holds the socket's lock. */
    int setFilter(NetlinkSock sk, @Nullable SocketFilter filter) {
        if (sk.has(SockFlag.FILTER_LOCKED)) {
            return -Errno.EPERM;
        }
        if (filter == null && sk.filter() == null) {
            return -Errno.ENOENT;
        }
        sk.setFilter(filter);
        return 0;
    }

    /**
     * Sets how long calls wait, in whole ticks.
     *
     * <p>Models {@code sock_set_timeout()}: rounds up; 0 is for ever, less is at once.
     *
     * @return 0; {@code -EDOM} for microseconds that are no fraction of a second; {@code
     *     -ENOPROTOOPT}
     */
    int setTimeout(NetlinkSock sk, int name, long seconds, long micros) {
        boolean receive = name == SO_RCVTIMEO || name == SO_RCVTIMEO_NEW;
        if (!receive && name != SO_SNDTIMEO && name != SO_SNDTIMEO_NEW) {
            return -Errno.ENOPROTOOPT;
        }
        if (micros < 0 || micros >= MICROS_PER_SECOND) {
            return -Errno.EDOM;
        }
        long hz = kernel.clock().hz();
        long ticks = Sock.MAX_TIMEOUT;
        if (seconds < 0) {
            ticks = 0;
        } else if ((seconds | micros) != 0 && seconds < Sock.MAX_TIMEOUT / hz - 1) {
            ticks = seconds * hz + Math.ceilDiv(micros, MICROS_PER_SECOND / hz);
        }
        if (receive) {
            sk.setRcvtimeo(ticks);
        } else {
            sk.setSndtimeo(ticks);
        }
        return 0;
    }

    // ---- Reading ----------------------------------------------------------------------------

    int get(NetlinkSock sk, int name, int length, OptionValue out) {
        if (length < 0) {
            return -Errno.EINVAL;
        }
        int flag = flagOf(name);
        if (flag != 0) {
            boolean known = name != SO_RCVPRIORITY || profile.hasRecentSocketOptions();
            return known ? answer(out, length, sk.has(flag) ? 1 : 0) : -Errno.ENOPROTOOPT;
        }
        return switch (name) {
            case SO_SNDBUF -> answer(out, length, sk.sndbuf());
            case SO_RCVBUF -> answer(out, length, sk.rcvbuf());
            case SO_TYPE -> answer(out, length, sk.type());
            case SO_PROTOCOL -> answer(out, length, sk.protocol());
            case SO_DOMAIN -> answer(out, length, AddressFamily.AF_NETLINK);
            case SO_ERROR -> answer(out, length, -sk.takeError());
            case SO_PRIORITY -> answer(out, length, sk.priority());
            case SO_MARK -> answer(out, length, sk.mark());
            case SO_RCVLOWAT -> answer(out, length, sk.rcvlowat());
            case SO_SNDLOWAT -> answer(out, length, 1);
            case SO_BPF_EXTENSIONS -> answer(out, length, BPF_EXTENSIONS);
            case SO_BUF_LOCK -> answer(out, length, sk.userlocks());
            case SO_LINGER, SO_TIMESTAMPING, SO_TIMESTAMPING_NEW, SO_TXTIME ->
                    answer(out, length, 0, 0);
            case SO_PEERCRED -> answer(out, length, 0, -1, -1);
            case SO_TIMESTAMP, SO_TIMESTAMP_NEW, SO_TIMESTAMPNS, SO_TIMESTAMPNS_NEW ->
                    answer(out, length, hasTimestamp(sk, name) ? 1 : 0);
            case SO_PEERNAME -> peername(sk, length, out);
            case SO_MEMINFO -> answer(out, length, meminfo(sk));
            case SO_RCVTIMEO, SO_RCVTIMEO_NEW -> answer(out, length, timeval(sk.rcvtimeo(false)));
            case SO_SNDTIMEO, SO_SNDTIMEO_NEW -> answer(out, length, timeval(sk.sndtimeo(false)));
            case SO_ACCEPTCONN,
                    SO_BSDCOMPAT,
                    SO_BINDTOIFINDEX,
                    SO_BUSY_POLL,
                    SO_INCOMING_CPU,
                    SO_INCOMING_NAPI_ID,
                    SO_PREFER_BUSY_POLL,
                    SO_RESERVE_MEM,
                    SO_ZEROCOPY ->
                    answer(out, length, 0);
            default -> refuse(name);
        };
    }

    private int refuse(int name) {
        return switch (name) {
            case SO_PEEK_OFF -> -Errno.EOPNOTSUPP;
            case SO_PASSPIDFD, SO_PASSRIGHTS, SO_TXREHASH ->
                    profile.hasRecentSocketOptions() ? -Errno.EOPNOTSUPP : -Errno.ENOPROTOOPT;
            case SO_PEERGROUPS -> -Errno.ENODATA;
            case SO_PEERPIDFD ->
                    profile.hasRecentSocketOptions() ? -Errno.ENODATA : -Errno.ENOPROTOOPT;
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int answer(OptionValue out, int length, int... words) {
        out.set(Math.min(length, words.length * Integer.BYTES), words);
        return 0;
    }

    /** {@code struct sockaddr_nl} of whom it is connected to; all of it must be wanted. */
    private static int peername(NetlinkSock sk, int length, OptionValue out) {
        if (length > SockaddrNlLayout.SIZE) {
            return -Errno.EINVAL;
        }
        int groups = NetlinkBind.groupMask(sk.dstGroup());
        return answer(out, length, AddressFamily.AF_NETLINK, sk.dstPortid(), groups);
    }

    /** Models {@code sock_get_timeout()}: {@code struct timeval}, 0 for ever. */
    private int[] timeval(long ticks) {
        if (ticks == Sock.MAX_TIMEOUT) {
            return new int[4];
        }
        long hz = kernel.clock().hz();
        long seconds = ticks / hz;
        int micros = (int) (ticks % hz * MICROS_PER_SECOND / hz);
        return new int[] {(int) seconds, (int) (seconds >>> Integer.SIZE), micros, 0};
    }

    /** Models {@code sk_get_meminfo()}. */
    private static int[] meminfo(NetlinkSock sk) {
        int[] info = new int[SkMeminfo.SK_MEMINFO_VARS];
        info[SkMeminfo.SK_MEMINFO_RMEM_ALLOC] = sk.rmemAlloc();
        info[SkMeminfo.SK_MEMINFO_RCVBUF] = sk.rcvbuf();
        info[SkMeminfo.SK_MEMINFO_SNDBUF] = sk.sndbuf();
        info[SkMeminfo.SK_MEMINFO_OPTMEM] = sk.filter() == null ? 0 : FILTER_BYTES;
        info[SkMeminfo.SK_MEMINFO_DROPS] = sk.drops();
        return info;
    }
}
