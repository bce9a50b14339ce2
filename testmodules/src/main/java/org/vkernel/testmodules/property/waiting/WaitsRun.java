package org.vkernel.testmodules.property.waiting;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.PollBit;
import org.vkernel.netlink.abi.SkMeminfo;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkKernelConfig;
import org.vkernel.netlink.core.NetlinkSock;
import org.vkernel.netlink.core.OptionValue;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/** One run of {@link Waits}. */
final class WaitsRun {
    private static final int FIRST_PORTID = 601;
    private static final int BYTES = 20;
    private static final int PROTOCOL = 17;
    private static final int GROUP = 1;

    /** What is made pending. */
    static final int ERROR = Errno.EPERM;

    /** More than a message is charged with. */
    private static final int ROOM_BYTES = 1024;

    private final VirtualKernel kernel;
    private final Waits.Seen seen;
    private final Duration tick;
    private final Netlink netlink;
    private final Map<Integer, Receiver> receivers = new TreeMap<>();
    private @Nullable NetlinkSock own;

    /** A receiver, as others see it. */
    private static final class Receiver {
        @Nullable NetlinkSocket socket;

        /** When anything was last done with it that may make room. */
        long touchedNs;

        /** Whether it may be congested. */
        boolean mayBeCongested;
    }

    WaitsRun(VirtualKernel kernel, Waits.Seen seen) {
        this.kernel = kernel;
        this.netlink = kernel.use(Netlink.class);
        this.seen = seen;
        this.tick = Duration.ofNanos(seen.tickNs);
    }

    void run(List<WaitAction> plan) {
        own = kernel.call(() -> netlink.kernelCreate(PROTOCOL, NetlinkKernelConfig.DEFAULT));
        Map<Integer, List<WaitAction>> receiving = new TreeMap<>();
        Map<Integer, List<WaitAction>> sending = new TreeMap<>();
        for (WaitAction action : plan) {
            (action.receives() ? receiving : sending)
                    .computeIfAbsent(action.process(), all -> new ArrayList<>())
                    .add(action);
        }
        receiving.keySet().forEach(number -> receivers.put(number, new Receiver()));
        List<UserProcess> processes = new ArrayList<>();
        receiving
                .values()
                .forEach(
                        all -> processes.add(kernel.spawn("receiver", self -> receive(self, all))));
        sending.values()
                .forEach(all -> processes.add(kernel.spawn("sender", self -> send(self, all))));
        processes.forEach(kernel::join);
        kernel.run(() -> {
            netlink.kernelRelease(Objects.requireNonNull(own));
            kernel.rcu().barrier();
        });
    }

    private int time(WaitAction action, IntSupplier call) {
        int began = seen.begin();
        long ns = kernel.clock().ns();
        int result = call.getAsInt();
        seen.calls.add(new Waits.Call(action, result, began, ns, kernel.clock().ns() - ns));
        return result;
    }

    private static NetlinkSocket open(UserProcess process) {
        return NetlinkSocket.open(process, SocketType.SOCK_RAW, PROTOCOL);
    }

    // ---- Receivers --------------------------------------------------------------------------

    private void receive(UserProcess process, List<WaitAction> all) {
        Receiver self = Objects.requireNonNull(receivers.get(all.getFirst().process()));
        NetlinkSocket socket = member(process, self, all.getFirst());
        for (WaitAction action : all) {
            if (action.what() == WaitAction.What.REOPEN) {
                close(socket, self);
                socket = member(process, self, action);
            } else if (action.what() == WaitAction.What.PAUSE) {
                process.sleep(tick.multipliedBy(action.ticks()));
            } else if (action.what() == WaitAction.What.POLL) {
                Duration most = tick.multipliedBy(action.ticks());
                NetlinkSocket polled = socket;
                var _ = time(action, () -> polled.poll(PollBit.POLLIN, most));
            } else {
                touch(self);
                receive(socket, self, action);
                touch(self);
            }
        }
        // Who still waits for room is told that nobody is there any more.
        close(socket, self);
    }

    private void touch(Receiver receiver) {
        receiver.touchedNs = kernel.clock().ns();
    }

    private NetlinkSocket member(UserProcess process, Receiver self, WaitAction action) {
        NetlinkSocket socket = open(process);
        socket.setReceiveBuffer(0);
        socket.bind(FIRST_PORTID + action.process(), NetlinkSocket.groups(GROUP));
        touch(self);
        self.socket = socket;
        return socket;
    }

    private static void close(NetlinkSocket socket, Receiver self) {
        self.socket = null;
        self.mayBeCongested = false;
        socket.close();
    }

    private void receive(NetlinkSocket socket, Receiver self, WaitAction action) {
        byte[] buffer = new byte[BYTES];
        switch (action.what()) {
            case LOOK -> {
                int flags = MsgFlag.MSG_PEEK | MsgFlag.MSG_DONTWAIT;
                var _ = socket.tryReceive(buffer, 0, BYTES, flags);
            }
            case TAKE -> noteEmpty(self, socket.tryReceive(buffer, 0, BYTES, MsgFlag.MSG_DONTWAIT));
            case AWAIT -> {
                socket.setReceiveTimeout(tick.multipliedBy(action.ticks()));
                noteEmpty(self, time(action, () -> socket.tryReceive(buffer, 0, BYTES, 0)));
            }
            case OPTION -> {
                boolean on = action.ticks() % 2 != 0;
                socket.setsockopt(
                        NetlinkOption.SOL_NETLINK, NetlinkOption.NETLINK_NO_ENOBUFS, on ? 1 : 0);
                self.mayBeCongested &= !on;
            }
            case POLL, PAUSE, SEND, REOPEN, TELL, ERROR -> {}
        }
    }

    /** A read that finds nothing ends a congestion. */
    private static void noteEmpty(Receiver self, int result) {
        self.mayBeCongested &= result != -Errno.EAGAIN;
    }

    // ---- Senders ----------------------------------------------------------------------------

    private void send(UserProcess process, List<WaitAction> all) {
        try (NetlinkSocket socket = open(process)) {
            for (WaitAction action : all) {
                Receiver receiver = receivers.get(action.other());
                switch (action.what()) {
                    case PAUSE -> process.sleep(tick.multipliedBy(action.ticks()));
                    case TELL -> {
                        int result = stimulate(action, () -> tell(action.other()));
                        if (receiver != null && result == -Errno.EAGAIN) {
                            receiver.mayBeCongested = true;
                        }
                    }
                    case ERROR -> error();
                    default -> {
                        socket.setSendTimeout(tick.multipliedBy(action.ticks()));
                        send(socket, receiver, action);
                    }
                }
            }
        }
    }

    private void send(NetlinkSocket socket, @Nullable Receiver receiver, WaitAction action) {
        NetlinkAddress to = new NetlinkAddress(FIRST_PORTID + action.other(), 0);
        int result =
                stimulate(
                        action,
                        () -> time(action, () -> socket.trySend(new byte[BYTES], 0, BYTES, 0, to)));
        if (result == -Errno.EAGAIN && receiver != null && !seen.jitter) {
            checkStarved(action, receiver);
        }
    }

    /** Nobody has done anything with the receiver for a while, and yet there is room. */
    private void checkStarved(WaitAction action, Receiver receiver) {
        NetlinkSocket socket = receiver.socket;
        if (socket == null) {
            return;
        }
        OptionValue value = new OptionValue();
        int error =
                socket.provider()
                        .getsockopt(
                                socket.fd(),
                                SocketOption.SOL_SOCKET,
                                SocketOption.SO_MEMINFO,
                                SkMeminfo.SK_MEMINFO_VARS * Integer.BYTES,
                                value);
        if (error != 0 // it has just been closed
                || receiver.mayBeCongested
                || receiver.touchedNs >= kernel.clock().ns()) {
            return;
        }
        int[] info = value.words();
        int charged = info[SkMeminfo.SK_MEMINFO_RMEM_ALLOC];
        int rcvbuf = info[SkMeminfo.SK_MEMINFO_RCVBUF];
        if (charged == 0 || charged + ROOM_BYTES <= rcvbuf) {
            seen.starved.add(action + ": " + charged + " bytes of " + rcvbuf + " are charged");
        }
    }

    /** A call that a receiver may have waited for. */
    private int stimulate(WaitAction action, IntSupplier call) {
        int began = seen.begin();
        int result = call.getAsInt();
        if (result >= 0) {
            stimulated(action.other(), began);
        }
        return result;
    }

    private void stimulated(int number, int began) {
        Receiver receiver = receivers.get(number);
        if (receiver != null) {
            seen.stimuli.add(new Waits.Stimulus(number, began, kernel.clock().ns()));
            touch(receiver);
        }
    }

    private int tell(int receiver) {
        NetlinkSock from = Objects.requireNonNull(own);
        return kernel.call(() -> {
            SkBuff skb = kernel.skbs().alloc(BYTES, GfpMask.KERNEL);
            if (skb == null) {
                return -Errno.ENOMEM;
            }
            skb.putZero(BYTES);
            return netlink.unicast(from, skb, FIRST_PORTID + receiver, true);
        });
    }

    private void error() {
        int began = seen.begin();
        NetlinkSock from = Objects.requireNonNull(own);
        var _ = kernel.call(() -> netlink.setError(from, 0, GROUP, ERROR));
        receivers.keySet().forEach(number -> stimulated(number, began));
    }
}
