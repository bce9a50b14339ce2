package org.vkernel.testmodules.property.queueing;

import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.SkMeminfo;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkKernelConfig;
import org.vkernel.netlink.core.NetlinkSock;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.testmodules.property.suite.CallFailures;

/** One run of {@link Queues}. */
final class QueuesRun {
    private static final int PROTOCOL = 17;
    private static final int GROUP = 3;
    private static final int FIRST_PORTID = 71;
    private static final int BYTES = 20;
    private static final int[] ERRORS = {Errno.ENOBUFS, Errno.ENOBUFS, Errno.EPERM};

    private final VirtualKernel kernel;
    private final Netlink netlink;
    private final Queues.Seen seen;
    private final List<NetlinkSocket> receivers = new ArrayList<>();
    private final List<QueueModel> models = new ArrayList<>();
    private final CallFailures failures = new CallFailures();
    private @Nullable NetlinkSocket sender;

    QueuesRun(VirtualKernel kernel, Queues.Seen seen) {
        this.kernel = kernel;
        this.netlink = kernel.use(Netlink.class);
        this.seen = seen;
    }

    void run(List<QueueAction> plan) {
        NetlinkSock own =
                kernel.call(() -> netlink.kernelCreate(PROTOCOL, NetlinkKernelConfig.DEFAULT));
        if (own == null) {
            return;
        }
        kernel.join(kernel.spawn("user", self -> live(self, own, plan)));
        kernel.run(() -> {
            netlink.kernelRelease(own);
            kernel.rcu().barrier();
        });
    }

    private void live(UserProcess process, NetlinkSock own, List<QueueAction> plan) {
        sender = NetlinkSocket.open(process, SocketType.SOCK_RAW, PROTOCOL);
        for (int i = 0; i < Queues.RECEIVERS; i++) {
            NetlinkSocket socket = NetlinkSocket.open(process, SocketType.SOCK_RAW, PROTOCOL);
            socket.bind(FIRST_PORTID + i, NetlinkSocket.groups(GROUP));
            receivers.add(socket);
            var _ = kernelSends(own, i);
            models.add(
                    new QueueModel(
                            meminfo(socket, SkMeminfo.SK_MEMINFO_RMEM_ALLOC),
                            meminfo(socket, SkMeminfo.SK_MEMINFO_RCVBUF)));
            var _ = read(socket, 0);
        }
        for (QueueAction action : plan) {
            step(own, action, receivers.get(action.receiver()), models.get(action.receiver()));
            for (int i = 0; i < Queues.RECEIVERS; i++) {
                account(action, receivers.get(i), models.get(i));
            }
        }
        receivers.forEach(NetlinkSocket::close);
        sender.close();
    }

    private void step(NetlinkSock own, QueueAction action, NetlinkSocket socket, QueueModel model) {
        int number = action.number();
        boolean on = number > 2;
        switch (action.what()) {
            case KERNEL_SENDS -> {
                for (int i = 0; i < number; i++) {
                    int expected = BYTES;
                    if (!model.offer()) {
                        model.overrun();
                        expected = -Errno.EAGAIN;
                    }
                    compare(action, model, expected, kernelSends(own, action.receiver()));
                }
            }
            case MULTICAST -> {
                for (int i = 0; i < number; i++) {
                    int expected = expectMulticast(false);
                    compare(action, model, expected, multicast(own, false));
                }
            }
            case SHORT_MULTICAST ->
                    compare(action, model, expectMulticast(true), multicast(own, true));
            case USER_SENDS -> {
                for (int i = 0; i < number; i++) {
                    int expected = model.offer() ? BYTES : -Errno.EAGAIN;
                    compare(action, model, expected, userSends(action.receiver()));
                }
            }
            case READ -> {
                for (int i = 0; i < number; i++) {
                    compare(action, model, model.read(false, BYTES), read(socket, 0));
                }
            }
            case DRAIN -> {
                for (int left = model.queued() + 2; left > 0; left--) {
                    compare(action, model, model.read(false, BYTES), read(socket, 0));
                }
            }
            case PEEK ->
                    compare(action, model, model.read(true, BYTES), read(socket, MsgFlag.MSG_PEEK));
            case BUDGET -> {
                // Linux doubles what is asked for.
                socket.setReceiveBuffer(number * model.truesize() / 2);
                model.setRcvbuf(meminfo(socket, SkMeminfo.SK_MEMINFO_RCVBUF));
            }
            case SET_ERROR -> {
                int errno = ERRORS[number % ERRORS.length];
                int group = number == 1 ? GROUP + 1 : GROUP;
                int portid = number == 2 ? FIRST_PORTID + action.receiver() : 0;
                int expected = 0;
                for (int i = 0; i < Queues.RECEIVERS && group == GROUP; i++) {
                    if (FIRST_PORTID + i != portid) {
                        expected += models.get(i).setError(errno) ? 1 : 0;
                    }
                }
                int unwilling = kernel.call(() -> netlink.setError(own, portid, group, errno));
                compare(action, model, expected, unwilling);
            }
            case NO_ENOBUFS -> {
                set(socket, NetlinkOption.NETLINK_NO_ENOBUFS, on);
                model.setNoEnobufs(on);
            }
            case BROADCAST_ERROR -> {
                set(socket, NetlinkOption.NETLINK_BROADCAST_ERROR, on);
                model.setBroadcastError(on);
            }
            case TAKE_ERROR -> {
                int error = socket.getsockopt(SocketOption.SOL_SOCKET, SocketOption.SO_ERROR);
                compare(action, model, model.takeError(), error);
            }
        }
    }

    private static void set(NetlinkSocket socket, int option, boolean on) {
        socket.setsockopt(NetlinkOption.SOL_NETLINK, option, on ? 1 : 0);
    }

    /**
     * The last one to join is served first.
     *
     * @param isShort whether there is no memory for another copy once one is taken
     */
    private int expectMulticast(boolean isShort) {
        boolean delivered = false;
        boolean failed = false;
        for (QueueModel member : Lists.reverse(models)) {
            if (!(isShort && delivered) && member.offer()) {
                delivered = true;
            } else {
                member.overrun();
                failed |= member.hasBroadcastError();
            }
        }
        if (failed) {
            return -Errno.ENOBUFS;
        }
        return delivered ? 0 : -Errno.ESRCH;
    }

    // ---- Calls ------------------------------------------------------------------------------

    private @Nullable SkBuff message() {
        SkBuff skb = kernel.skbs().alloc(BYTES, GfpMask.KERNEL);
        if (skb != null) {
            skb.putZero(BYTES);
        }
        return skb;
    }

    private int kernelSends(NetlinkSock own, int receiver) {
        return kernel.call(() -> {
            SkBuff skb = message();
            return skb == null
                    ? -Errno.ENOMEM
                    : netlink.unicast(own, skb, FIRST_PORTID + receiver, true);
        });
    }

    private int multicast(NetlinkSock own, boolean isShort) {
        return kernel.call(() -> {
            SkBuff skb = message();
            if (skb == null) {
                return -Errno.ENOMEM;
            }
            UserProcess process = Objects.requireNonNull(kernel.sched().current().process());
            kernel.mm().setFaults(failures);
            failures.begin(process, isShort ? 1 : 0);
            int result = netlink.broadcast(own, skb, 0, GROUP, GfpMask.KERNEL);
            var _ = failures.end(process);
            kernel.mm().setFaults(null);
            return result;
        });
    }

    private int userSends(int receiver) {
        NetlinkSocket from = sender;
        return from == null
                ? 0
                : from.trySend(
                        new byte[BYTES],
                        0,
                        BYTES,
                        MsgFlag.MSG_DONTWAIT,
                        new NetlinkAddress(FIRST_PORTID + receiver, 0));
    }

    private static int read(NetlinkSocket socket, int flags) {
        return socket.tryReceive(new byte[2 * BYTES], 0, 2 * BYTES, flags | MsgFlag.MSG_DONTWAIT);
    }

    private static int meminfo(NetlinkSocket socket, int which) {
        return socket.getsockoptWords(
                        SocketOption.SOL_SOCKET,
                        SocketOption.SO_MEMINFO,
                        SkMeminfo.SK_MEMINFO_VARS)[which];
    }

    // ---- The comparison ---------------------------------------------------------------------

    private void account(QueueAction action, NetlinkSocket socket, QueueModel model) {
        int charged = meminfo(socket, SkMeminfo.SK_MEMINFO_RMEM_ALLOC);
        int drops = meminfo(socket, SkMeminfo.SK_MEMINFO_DROPS);
        if (charged != model.charged()) {
            differ(action, "another charge", model, model.charged(), charged);
        }
        if (drops != model.drops()) {
            differ(action, "another count of drops", model, model.drops(), drops);
        }
    }

    private void compare(QueueAction action, QueueModel model, int expected, int result) {
        if (expected != result) {
            differ(action, "another result", model, expected, result);
        }
    }

    private void differ(
            QueueAction action, String kind, QueueModel model, int expected, int result) {
        seen.kinds.add(action.what() + ": " + kind);
        seen.details.add(action + ": expected " + expected + ", is " + result + "; " + model);
    }
}
