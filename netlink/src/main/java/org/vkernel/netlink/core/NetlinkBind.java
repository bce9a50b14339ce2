package org.vkernel.netlink.core;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.Rcu;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.core.SocketPolicies.ConnectAddress;
import org.vkernel.netlink.core.SocketPolicies.FailedInsert;
import org.vkernel.netlink.core.SocketPolicies.Rover;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * Port ids: bind, automatic bind, connect, and the names of sockets.
 *
 * <p>Models {@code netlink_bind()}, {@code netlink_autobind()}, {@code netlink_insert()}, {@code
 * netlink_connect()} and {@code netlink_getname()}.
 */
final class NetlinkBind {
    /** Automatic port ids that are no process ids are below this, as signed numbers. */
    static final int ROVER_START = -4096;

    private final Netlink netlink;
    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final Rcu rcu;
    private final FailedInsert failedInsert;
    private final Rover rovers;
    private final ConnectAddress connectAddress;

    NetlinkBind(Netlink netlink) {
        this.netlink = netlink;
        this.kernel = netlink.kernel();
        this.sched = netlink.sched();
        this.rcu = kernel.rcu();
        Variants variants = kernel.variants();
        this.failedInsert = variants.policy(FailedInsert.class, FailedInsert.USUAL);
        this.rovers = variants.policy(Rover.class, Rover.USUAL);
        this.connectAddress = variants.policy(ConnectAddress.class, ConnectAddress.USUAL);
    }

    /**
     * Gives the socket a port id and replaces its groups 1 to 32.
     *
     * <p>Models {@code netlink_bind()}. Context: process; sleeps.
     *
     * <p>N.B. a bind that fails with {@code -EADDRINUSE} leaves the port id behind that it asked
     * for, without being bound to it; and room for groups, without having joined any.
     *
     * @return 0; {@code -EINVAL} for a bad address, or another port id than it is bound to; {@code
     *     -EPERM} if its process may not join groups, or what the protocol's owner says; {@code
     *     -EADDRINUSE}; {@code -ENOMEM}
     */
    int bind(NetlinkSock sk, SockaddrNl address) {
        int result = tryBind(sk, address);
        netlink.trace().bind(sk, address.groups(), result);
        return result;
    }

    private int tryBind(NetlinkSock sk, SockaddrNl address) {
        if (!address.isWellFormed()) {
            return -Errno.EINVAL;
        }
        NetlinkGroups groups = netlink.groups();
        int mask = address.groups();
        if (mask != 0) {
            int error = groups.mayJoin(sk);
            if (error != 0) {
                return error;
            }
        }
        boolean wasBound = sk.isBound();
        if (wasBound && address.pid() != sk.portid()) {
            return -Errno.EINVAL;
        }
        int error = groups.ask(sk, mask);
        if (error != 0) {
            return error;
        }
        netlink.tableLock().lock();
        if (!wasBound) {
            error = address.pid() != 0 ? insert(sk, address.pid()) : autobind(sk);
            if (error != 0) {
                groups.undo(sk, mask, Integer.SIZE);
            }
        }
        boolean changesGroups = error == 0 && (mask != 0 || sk.groupWord(0) != 0);
        netlink.tableLock().unlock();
        if (changesGroups) {
            groups.replaceFirst32(sk, mask);
        }
        return error;
    }

    /**
     * Puts the socket into its protocol's table.
     *
     * <p>Models {@code netlink_insert()}. Context: process; sleeps.
     *
     * @return 0; {@code -EADDRINUSE}; {@code -EBUSY} if it has been bound to another port id
     */
    int insert(NetlinkSock sk, int portid) {
        sk.lock();
        int result = sk.portid() == portid ? 0 : -Errno.EBUSY;
        if (!sk.isBound()) {
            sk.setPortid(portid);
            sk.hold();
            if (sk.table().insert(sk, portid)) {
                sk.setHashed(true);
                sk.setBound(portid);
                result = 0;
            } else {
                sk.put();
                failedInsert.leave(sk, portid);
                result = -Errno.EADDRINUSE;
            }
        }
        sk.unlock();
        return result;
    }

    /**
     * Gives the socket a port id of the kernel's choice: the process id, or a random one of the
     * upper half.
     *
     * <p>Models {@code netlink_autobind()}. Context: process; sleeps.
     */
    int autobind(NetlinkSock sk) {
        int portid = tgid();
        int rover = ROVER_START;
        for (; ; ) {
            sched.condResched();
            rcu.readLock();
            boolean taken = sk.table().lookup(portid, rcu) != null;
            rcu.readUnlock();
            if (!taken) {
                int error = insert(sk, portid);
                if (error != -Errno.EADDRINUSE) {
                    // Two tasks that bind at once: either port id will do.
                    return error == -Errno.EBUSY ? 0 : error;
                }
                continue;
            }
            rover = rovers.next(this, rover);
            portid = rover;
        }
    }

    /** The port id to try after {@code last}: a random one first, then downwards. */
    int rove(int last) {
        if (last == ROVER_START) {
            return Integer.MIN_VALUE + below(ROVER_START - Integer.MIN_VALUE);
        }
        int next = last - 1;
        return next >= ROVER_START ? ROVER_START - 1 : next;
    }

    /** {@code get_random_u32_below()}. */
    private int below(int limit) {
        return (int) Long.remainderUnsigned(kernel.random(), limit);
    }

    /** {@code task_tgid_vnr(current)}. */
    private int tgid() {
        Task task = sched.current();
        UserProcess process = task.process();
        return process == null ? task.pid() : process.tgid();
    }

    /**
     * Sets whom the socket sends to, and whose unicasts it takes.
     *
     * <p>Models {@code netlink_connect()}. Context: process; sleeps.
     *
     * @return 0; {@code -EINVAL} for a bad address; {@code -EPERM}
     */
    int connect(NetlinkSock sk, SockaddrNl address) {
        if (address.length() < Short.BYTES) {
            return -Errno.EINVAL;
        }
        if (address.family() == AddressFamily.AF_UNSPEC) {
            sk.connect(false, 0, 0);
            return 0;
        }
        if (address.family() != AddressFamily.AF_NETLINK || !connectAddress.isWhole(sk, address)) {
            return -Errno.EINVAL;
        }
        boolean somebody = address.pid() != 0 || address.groups() != 0;
        if (somebody && !netlink.isAllowed(sk, NetlinkKernelConfig.NONROOT_SEND)) {
            return -Errno.EPERM;
        }
        int error = sk.isBound() ? 0 : autobind(sk);
        if (error == 0) {
            sk.connect(true, address.pid(), lowestGroup(address.groups()));
        }
        return error;
    }

    /** {@code ffs()}: the number of the lowest group of a mask, 0 for none. */
    static int lowestGroup(int mask) {
        return mask == 0 ? 0 : Integer.numberOfTrailingZeros(mask) + 1;
    }

    /** {@code netlink_group_mask()}: the mask of a group, 0 for those that have no bit. */
    static int groupMask(int group) {
        return group < 1 || group > Integer.SIZE ? 0 : 1 << (group - 1);
    }

    /** The socket's own name ({@code netlink_getname()}). */
    NetlinkAddress name(NetlinkSock sk) {
        int portid = sk.portid();
        netlink.tableLock().lock();
        int groups = sk.groupWord(0);
        netlink.tableLock().unlock();
        return new NetlinkAddress(portid, groups);
    }

    /** Whom it is connected to. */
    NetlinkAddress peer(NetlinkSock sk) {
        return new NetlinkAddress(sk.dstPortid(), groupMask(sk.dstGroup()));
    }
}
