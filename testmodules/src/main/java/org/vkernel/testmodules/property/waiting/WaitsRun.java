package org.vkernel.testmodules.property.waiting;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.PollBit;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/** One run of {@link Waits}. */
final class WaitsRun {
    private static final int FIRST_PORTID = 601;
    private static final int BYTES = 20;

    private final VirtualKernel kernel;
    private final Waits.Seen seen;
    private final Duration tick;

    WaitsRun(VirtualKernel kernel, Waits.Seen seen) {
        this.kernel = kernel;
        this.seen = seen;
        this.tick = Duration.ofNanos(seen.tickNs);
    }

    void run(List<WaitAction> plan) {
        Map<Integer, List<WaitAction>> receivers = new TreeMap<>();
        Map<Integer, List<WaitAction>> senders = new TreeMap<>();
        for (WaitAction action : plan) {
            (action.receives() ? receivers : senders)
                    .computeIfAbsent(action.process(), all -> new ArrayList<>())
                    .add(action);
        }
        List<UserProcess> processes = new ArrayList<>();
        receivers
                .values()
                .forEach(
                        all -> processes.add(kernel.spawn("receiver", self -> receive(self, all))));
        senders.values()
                .forEach(all -> processes.add(kernel.spawn("sender", self -> send(self, all))));
        processes.forEach(kernel::join);
        kernel.run(kernel.rcu()::barrier);
    }

    private void time(WaitAction action, IntSupplier call) {
        long began = kernel.clock().ns();
        int result = call.getAsInt();
        seen.calls.add(new Waits.Call(action, result, kernel.clock().ns() - began));
    }

    private static NetlinkSocket open(UserProcess process) {
        return NetlinkSocket.open(process, SocketType.SOCK_RAW, NetlinkProtocol.NETLINK_USERSOCK);
    }

    private void receive(UserProcess process, List<WaitAction> all) {
        NetlinkSocket socket = member(process, all.getFirst());
        for (WaitAction action : all) {
            if (action.what() == WaitAction.What.REOPEN) {
                socket.close();
                socket = member(process, action);
            } else {
                receive(process, socket, action);
            }
        }
        // Who still waits for room is told that nobody is there any more.
        socket.close();
    }

    private static NetlinkSocket member(UserProcess process, WaitAction action) {
        NetlinkSocket socket = open(process);
        socket.setReceiveBuffer(0);
        socket.bind(FIRST_PORTID + action.process(), 0);
        return socket;
    }

    private void receive(UserProcess process, NetlinkSocket socket, WaitAction action) {
        byte[] buffer = new byte[BYTES];
        switch (action.what()) {
            case LOOK -> {
                int flags = MsgFlag.MSG_PEEK | MsgFlag.MSG_DONTWAIT;
                var _ = socket.tryReceive(buffer, 0, BYTES, flags);
            }
            case TAKE -> {
                var _ = socket.tryReceive(buffer, 0, BYTES, MsgFlag.MSG_DONTWAIT);
            }
            case AWAIT -> {
                socket.setReceiveTimeout(tick.multipliedBy(action.ticks()));
                time(action, () -> socket.tryReceive(buffer, 0, BYTES, 0));
            }
            case POLL ->
                    time(
                            action,
                            () -> socket.poll(PollBit.POLLIN, tick.multipliedBy(action.ticks())));
            case PAUSE -> process.sleep(tick.multipliedBy(action.ticks()));
            case SEND, REOPEN -> {}
        }
    }

    private void send(UserProcess process, List<WaitAction> all) {
        try (NetlinkSocket socket = open(process)) {
            for (WaitAction action : all) {
                if (action.what() == WaitAction.What.PAUSE) {
                    process.sleep(tick.multipliedBy(action.ticks()));
                } else {
                    socket.setSendTimeout(tick.multipliedBy(action.ticks()));
                    NetlinkAddress to = new NetlinkAddress(FIRST_PORTID + action.other(), 0);
                    time(action, () -> socket.trySend(new byte[BYTES], 0, BYTES, 0, to));
                }
            }
        }
    }
}
