package org.vkernel.netlink.core;

import static org.vkernel.netlink.abi.NetlinkOption.NETLINK_ADD_MEMBERSHIP;
import static org.vkernel.netlink.abi.NetlinkOption.NETLINK_BROADCAST_ERROR;
import static org.vkernel.netlink.abi.NetlinkOption.NETLINK_CAP_ACK;
import static org.vkernel.netlink.abi.NetlinkOption.NETLINK_DROP_MEMBERSHIP;
import static org.vkernel.netlink.abi.NetlinkOption.NETLINK_EXT_ACK;
import static org.vkernel.netlink.abi.NetlinkOption.NETLINK_GET_STRICT_CHK;
import static org.vkernel.netlink.abi.NetlinkOption.NETLINK_LISTEN_ALL_NSID;
import static org.vkernel.netlink.abi.NetlinkOption.NETLINK_LIST_MEMBERSHIPS;
import static org.vkernel.netlink.abi.NetlinkOption.NETLINK_NO_ENOBUFS;
import static org.vkernel.netlink.abi.NetlinkOption.NETLINK_PKTINFO;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.sock.SocketFilter;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.core.DeliveryPolicies.NoEnobufs;
import org.vkernel.netlink.core.SocketPolicies.MembershipBytes;

/**
 * Options of sockets.
 *
 * <p>Models {@code netlink_setsockopt()} and {@code netlink_getsockopt()}; those of level
 * SOL_SOCKET are {@link SocketOptions}'.
 */
public final class NetlinkOptions {
    private final Netlink netlink;
    private final SocketOptions socketOptions;
    private final NoEnobufs noEnobufs;
    private final MembershipBytes membershipBytes;

    NetlinkOptions(Netlink netlink) {
        this.netlink = netlink;
        this.socketOptions = new SocketOptions(netlink.kernel());
        Variants variants = netlink.kernel().variants();
        this.noEnobufs = variants.policy(NoEnobufs.class, NoEnobufs.USUAL);
        this.membershipBytes = variants.policy(MembershipBytes.class, MembershipBytes.USUAL);
    }

    /**
     * Sets an option.
     *
     * <p>Models {@code netlink_setsockopt()}. Context: process; sleeps.
     *
     * @param value what the process's memory holds
     * @param length how many bytes the process says that it has; too few count as 0
     */
    public int set(NetlinkSock sk, int level, int name, int value, int length) {
        if (length < 0) {
            return -Errno.EINVAL;
        }
        if (level == SocketOption.SOL_SOCKET) {
            return socketOptions.set(sk, name, value, length);
        }
        if (level != NetlinkOption.SOL_NETLINK) {
            return -Errno.ENOPROTOOPT;
        }
        int given = length >= Integer.BYTES ? value : 0;
        if (name == NETLINK_ADD_MEMBERSHIP || name == NETLINK_DROP_MEMBERSHIP) {
            return netlink.groups().change(sk, given, name == NETLINK_ADD_MEMBERSHIP);
        }
        if (name == NETLINK_LISTEN_ALL_NSID && !netlink.kernel().currentIsCapable()) {
            return -Errno.EPERM;
        }
        int flag = flagOf(name);
        if (flag == 0) {
            return -Errno.ENOPROTOOPT;
        }
        sk.setFlag(flag, given != 0);
        if (name == NETLINK_NO_ENOBUFS && given != 0) {
            noEnobufs.isSet(sk);
        }
        return 0;
    }

    private static int flagOf(int name) {
        return switch (name) {
            case NETLINK_PKTINFO -> NetlinkSock.F_RECV_PKTINFO;
            case NETLINK_BROADCAST_ERROR -> NetlinkSock.F_BROADCAST_SEND_ERROR;
            case NETLINK_NO_ENOBUFS -> NetlinkSock.F_RECV_NO_ENOBUFS;
            case NETLINK_LISTEN_ALL_NSID -> NetlinkSock.F_LISTEN_ALL_NSID;
            case NETLINK_CAP_ACK -> NetlinkSock.F_CAP_ACK;
            case NETLINK_EXT_ACK -> NetlinkSock.F_EXT_ACK;
            case NETLINK_GET_STRICT_CHK -> NetlinkSock.F_STRICT_CHK;
            default -> 0;
        };
    }

    /**
     * Reads an option.
     *
     * <p>Models {@code netlink_getsockopt()}. Context: process; may sleep.
     *
     * @param length how many bytes the process has room for
     */
    public int get(NetlinkSock sk, int level, int name, int length, OptionValue out) {
        if (level == SocketOption.SOL_SOCKET) {
            return socketOptions.get(sk, name, length, out);
        }
        if (level != NetlinkOption.SOL_NETLINK) {
            return -Errno.ENOPROTOOPT;
        }
        if (length < 0) {
            return -Errno.EINVAL;
        }
        if (name == NETLINK_LIST_MEMBERSHIPS) {
            listMemberships(sk, length, out);
            return 0;
        }
        int flag = flagOf(name);
        boolean known = name != NETLINK_LISTEN_ALL_NSID || canGetListenAllNsid();
        if (flag == 0 || !known) {
            return -Errno.ENOPROTOOPT;
        }
        if (length < Integer.BYTES) {
            return -Errno.EINVAL;
        }
        out.set(Integer.BYTES, sk.hasFlag(flag) ? 1 : 0);
        return 0;
    }

    /** {@code SO_RCVTIMEO} and {@code SO_SNDTIMEO}. Context: process; sleeps. */
    public int setTimeout(NetlinkSock sk, int name, long seconds, long micros) {
        sk.lock();
        int result = socketOptions.setTimeout(sk, name, seconds, micros);
        sk.unlock();
        return result;
    }

    /** {@code SO_ATTACH_FILTER}. Context: process; sleeps. */
    public int attachFilter(NetlinkSock sk, SocketFilter filter) {
        sk.lock();
        int result = socketOptions.setFilter(sk, filter);
        sk.unlock();
        return result;
    }

    private boolean canGetListenAllNsid() {
        return netlink.kernel().profile().canGetListenAllNsid();
    }

    /** Answers as many words as fit, and how many bytes all would be. */
    private void listMemberships(NetlinkSock sk, int length, OptionValue out) {
        netlink.tableLock().lock();
        int groups = sk.ngroups();
        int words = (groups + Integer.SIZE - 1) / Integer.SIZE;
        int[] copied = new int[Math.min(words, length / Integer.BYTES)];
        for (int i = 0; i < copied.length; i++) {
            copied[i] = sk.groupWord(i);
        }
        netlink.tableLock().unlock();
        out.set(membershipBytes.of(groups), copied);
    }
}
