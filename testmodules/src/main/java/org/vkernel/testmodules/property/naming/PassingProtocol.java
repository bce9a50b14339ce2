package org.vkernel.testmodules.property.naming;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.ModuleRef;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkKernelConfig;
import org.vkernel.netlink.core.NetlinkSock;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.testmodules.property.naming.NamingAction.Look;
import org.vkernel.testmodules.property.naming.NamingAction.Own;
import org.vkernel.testmodules.property.naming.NamingAction.Visit;
import org.vkernel.testmodules.property.naming.NamingSeen.Difference;

/**
 * A protocol that its owner makes and takes down, as a module would: never while a socket of it is
 * open. Others look at its listeners meanwhile, as senders do, under RCU.
 */
final class PassingProtocol implements ModuleRef {
    private final VirtualKernel kernel;
    private final Netlink netlink;
    private final NamingSeen seen;
    private @Nullable NetlinkSock socket;
    private boolean isGoing;
    private int pins;

    PassingProtocol(VirtualKernel kernel, NamingSeen seen) {
        this.kernel = kernel;
        this.netlink = kernel.use(Netlink.class);
        this.seen = seen;
    }

    @Override
    public boolean tryGet() {
        if (isGoing) {
            return false;
        }
        pins++;
        return true;
    }

    @Override
    public void put() {
        pins--;
    }

    // ---- The owner --------------------------------------------------------------------------

    void own(List<Own> all) {
        for (Own own : all) {
            switch (own.what()) {
                case CREATE -> create(own.groups());
                case GROW -> {
                    if (socket != null) {
                        var _ = netlink.changeGroups(socket, own.groups());
                    }
                }
                case RELEASE -> release();
            }
        }
    }

    private void create(int groups) {
        NetlinkSock before = socket;
        NetlinkSock made =
                netlink.kernelCreate(
                        Passing.PROTOCOL, NetlinkKernelConfig.DEFAULT.groups(groups).owner(this));
        if ((made == null) == (before == null)) {
            seen.calls.add(
                    new Difference(
                            "a protocol is had by two, or by nobody", made + " beside " + before));
        }
        if (made != null) {
            isGoing = false;
            socket = made;
        }
    }

    private void release() {
        NetlinkSock going = socket;
        if (going != null && pins == 0) {
            isGoing = true;
            socket = null;
            netlink.kernelRelease(going);
        }
    }

    /** Takes it down if it is there; nobody has a socket of it any more. */
    void end() {
        if (pins != 0) {
            seen.left.add(
                    new Difference("a protocol's module is pinned", pins + " times, of passing"));
        }
        pins = 0;
        release();
    }

    // ---- Others -----------------------------------------------------------------------------

    void look(Look look) {
        for (int i = 0; i < look.times(); i++) {
            kernel.rcu().readLock();
            NetlinkSock current = socket;
            if (current != null && netlink.hasListeners(current, look.group())) {
                seen.left.add(new Difference("a group has listeners", look.toString()));
            }
            kernel.rcu().readUnlock();
            kernel.sched().condResched();
        }
    }

    void visit(UserProcess process, Visit visit) {
        for (int i = 0; i < visit.times(); i++) {
            try (NetlinkSocket opened =
                    NetlinkSocket.open(process, SocketType.SOCK_RAW, Passing.PROTOCOL)) {
                if (pins <= 0) {
                    seen.calls.add(
                            new Difference(
                                    "a socket does not pin its protocol's module",
                                    opened.getsockname().toString()));
                }
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EPROTONOSUPPORT) {
                    seen.calls.add(new Difference("another error", String.valueOf(e.getMessage())));
                }
            }
        }
    }
}
