package org.vkernel.testmodules.property.traffic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.irq.Tasklet;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.mm.FaultPlan;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.time.Timer;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.abi.SkMeminfo;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.NlMsgHeader;
import org.vkernel.testmodules.property.suite.Burden;
import org.vkernel.testmodules.property.suite.Strain;
import org.vkernel.testmodules.property.traffic.TrafficAction.Kind;
import org.vkernel.testmodules.property.traffic.TrafficAction.Send;
import org.vkernel.testmodules.property.traffic.TrafficAction.Step;

/** One run of {@link Traffic}. */
final class TrafficRun {
    private static final int BUFFER_BYTES = 8_192;
    private static final int CN_VAL = 1;

    /** More than any plan needs: a kernel that tells of one error for ever must come to an end. */
    private static final int MOST_RECEPTIONS = 400;

    private final VirtualKernel kernel;
    private final TrafficSeen seen;
    private final List<Step> steps = new ArrayList<>();

    /** The messages of each sender. */
    private final Map<Integer, List<Send>> sends = new TreeMap<>();

    private final Completion gate;
    private final SpinLock lock;
    private final Duration tick;
    private final List<Timer> timers = new ArrayList<>();
    private @Nullable FaultPlan faults;
    private int ready;
    private int sending;

    TrafficRun(VirtualKernel kernel, TrafficSeen seen, List<TrafficAction> plan) {
        this.kernel = kernel;
        this.seen = seen;
        this.gate = new Completion(kernel.sched(), "all receivers to be there");
        this.lock = new SpinLock(kernel.sched(), "sender");
        this.tick = Duration.ofSeconds(1).dividedBy(kernel.clock().hz());
        for (TrafficAction action : plan) {
            if (action instanceof TrafficAction.Faults injected) {
                faults = FaultPlan.parse(injected.plan());
                seen.hasFaults = true;
            } else if (action instanceof Step step) {
                steps.add(step);
            } else if (action instanceof Send send && isPossible(send)) {
                sends.computeIfAbsent(send.sender(), sender -> new ArrayList<>()).add(send);
            }
        }
    }

    /** Not where its receiver was left out of the plan. */
    private boolean isPossible(Send send) {
        return send.receiver() < 0
                ? send.group() != 0
                : seen.receivers().stream().anyMatch(r -> r.number == send.receiver());
    }

    void run(Strain strain) {
        List<UserProcess> processes = new ArrayList<>();
        for (Receiver receiver : seen.receivers()) {
            processes.add(kernel.spawn("receiver", process -> receive(process, receiver)));
        }
        awaitReady(processes);
        sending = sends.size();
        for (List<Send> all : sends.values()) {
            start(all, processes);
        }
        awaitReady(processes);
        Burden burden = strain.begin(kernel);
        if (faults != null) {
            kernel.faults().set(faults);
        }
        kernel.run(gate::completeAll);
        processes.forEach(kernel::join);
        burden.end();
        kernel.run(() -> {
            timers.forEach(Timer::shutdownSync);
            kernel.rcu().barrier();
        });
    }

    /** Until each has its socket. */
    private void awaitReady(List<UserProcess> processes) {
        while (ready < processes.size()) {
            kernel.runFor(tick);
        }
    }

    // ---- Receivers --------------------------------------------------------------------------

    private void receive(UserProcess process, Receiver receiver) {
        TrafficAction.Receive spec = receiver.spec;
        try (NetlinkSocket socket =
                NetlinkSocket.open(process, SocketType.SOCK_RAW, spec.protocol())) {
            socket.bind(receiver.portid(), spec.groups());
            if (spec.rcvbuf() >= 0) {
                socket.setReceiveBuffer(spec.rcvbuf());
            }
            receiver.rcvbuf = socket.getsockopt(SocketOption.SOL_SOCKET, SocketOption.SO_RCVBUF);
            if (spec.noEnobufs()) {
                socket.setsockopt(NetlinkOption.SOL_NETLINK, NetlinkOption.NETLINK_NO_ENOBUFS, 1);
            }
            if (spec.broadcastError()) {
                socket.setsockopt(
                        NetlinkOption.SOL_NETLINK, NetlinkOption.NETLINK_BROADCAST_ERROR, 1);
            }
            if (spec.filter() >= 0) {
                var _ = socket.provider().attachFilter(socket.fd(), spec.filter());
            }
            socket.setReceiveTimeout(tick);
            ready++;
            kernel.run(gate::await);
            receiveAll(process, socket, receiver);
        }
    }

    private void receiveAll(UserProcess process, NetlinkSocket socket, Receiver receiver) {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (Step step : steps) {
            if (step.receiver() == receiver.number) {
                step(process, socket, receiver, step, buffer);
            }
        }
        while (sending > 0 && receiver.receptions.size() < MOST_RECEPTIONS) {
            var _ = recv(socket, receiver, buffer, 0);
        }
        drain(socket, receiver, buffer);
        // Whatever it lost: it gets messages again.
        Send last = new Send(-1 - receiver.number, Kind.NONBLOCK, receiver.number, 0, 0);
        sendFrom(socket, last);
        drain(socket, receiver, buffer);
        receiver.drops =
                socket.getsockoptWords(
                                SocketOption.SOL_SOCKET,
                                SocketOption.SO_MEMINFO,
                                SkMeminfo.SK_MEMINFO_VARS)[SkMeminfo.SK_MEMINFO_DROPS];
    }

    private void step(
            UserProcess process,
            NetlinkSocket socket,
            Receiver receiver,
            Step step,
            byte[] buffer) {
        switch (step.how()) {
            case WAIT -> recv(socket, receiver, buffer, 0);
            case POLL -> recv(socket, receiver, buffer, MsgFlag.MSG_DONTWAIT);
            case PEEK -> recv(socket, receiver, buffer, MsgFlag.MSG_DONTWAIT | MsgFlag.MSG_PEEK);
            case ERROR -> {
                int begin = seen.begin();
                int error = socket.getsockopt(SocketOption.SOL_SOCKET, SocketOption.SO_ERROR);
                seen.received(receiver, Receiver.Call.ERROR, begin, -error, buffer);
            }
            case SLEEP -> process.sleep(tick);
        }
    }

    private void drain(NetlinkSocket socket, Receiver receiver, byte[] buffer) {
        // An error that is pending comes first, once.
        while ((recv(socket, receiver, buffer, MsgFlag.MSG_DONTWAIT) >= 0 || lastWasError(receiver))
                && receiver.receptions.size() < MOST_RECEPTIONS) {
            // goes on
        }
    }

    private static boolean lastWasError(Receiver receiver) {
        return receiver.receptions.getLast().result() != -Errno.EAGAIN;
    }

    private int recv(NetlinkSocket socket, Receiver receiver, byte[] buffer, int flags) {
        int begin = seen.begin();
        Arrays.fill(buffer, 0, 64, (byte) 0);
        int result = socket.tryReceive(buffer, 0, buffer.length, flags);
        seen.received(
                receiver,
                (flags & MsgFlag.MSG_PEEK) != 0 ? Receiver.Call.PEEK : Receiver.Call.RECV,
                begin,
                result,
                buffer);
        return result;
    }

    // ---- Senders ----------------------------------------------------------------------------

    private void start(List<Send> all, List<UserProcess> processes) {
        Kind kind = all.getFirst().kind();
        switch (kind) {
            case PROCESS, IMPATIENT, NONBLOCK ->
                    processes.add(kernel.spawn("sender", process -> sendAll(process, all)));
            case KTHREAD, SPINNER -> {
                var _ = kernel.kthreads().run("sender", self -> sendAll(all));
            }
            case TASKLET -> {
                var _ = kernel.kthreads().run("sender", self -> sendInTasklet(all));
            }
            case TIMER -> startTimer(all);
        }
    }

    private void sendAll(UserProcess process, List<Send> all) {
        int protocol = seen.receivers().iterator().next().spec.protocol();
        try (NetlinkSocket socket = NetlinkSocket.open(process, SocketType.SOCK_RAW, protocol)) {
            if (all.getFirst().kind() == Kind.IMPATIENT) {
                socket.setSendTimeout(tick.multipliedBy(2));
            }
            ready++;
            kernel.run(gate::await);
            for (Send send : all) {
                sendFrom(socket, send);
            }
        }
        sending--;
    }

    private void sendFrom(NetlinkSocket socket, Send send) {
        byte[] bytes = bytes(send);
        Sending begun = seen.begin(send, bytes);
        int portid = send.receiver() < 0 ? 0 : Receiver.portid(send.receiver());
        int groups = send.group() == 0 ? 0 : NetlinkSocket.groups(send.group());
        int flags = send.kind() == Kind.NONBLOCK ? MsgFlag.MSG_DONTWAIT : 0;
        int result =
                socket.trySend(bytes, 0, bytes.length, flags, new NetlinkAddress(portid, groups));
        seen.end(begun, result);
    }

    private int sendAll(List<Send> all) {
        gate.await();
        for (Send send : all) {
            if (send.kind() == Kind.SPINNER) {
                lock.lock();
                sendFromKernel(send);
                lock.unlock();
            } else {
                sendFromKernel(send);
            }
        }
        sending--;
        return 0;
    }

    private int sendInTasklet(List<Send> all) {
        int[] next = {0};
        Tasklet tasklet =
                new Tasklet(
                        kernel.tasklets(),
                        "sender",
                        () -> {
                            if (next[0] < all.size()) {
                                sendFromKernel(all.get(next[0]++));
                            }
                        });
        gate.await();
        while (next[0] < all.size()) {
            kernel.sched().localBhDisable();
            tasklet.schedule();
            kernel.sched().localBhEnable();
            kernel.sched().condResched();
        }
        tasklet.kill();
        sending--;
        return 0;
    }

    private void startTimer(List<Send> all) {
        int[] next = {0};
        Timer timer =
                new Timer(
                        kernel.timers(),
                        "sender",
                        fired -> {
                            sendFromKernel(all.get(next[0]++));
                            if (next[0] < all.size()) {
                                fired.mod(kernel.clock().jiffies() + 1);
                            } else {
                                sending--;
                            }
                        });
        timers.add(timer);
        kernel.run(() -> timer.mod(kernel.clock().jiffies() + 1));
    }

    private void sendFromKernel(Send send) {
        CnMsg message = message(send);
        byte[] bytes = bytes(send);
        Sending begun = seen.begin(send, bytes);
        int portid = send.receiver() < 0 ? 0 : Receiver.portid(send.receiver());
        int result =
                kernel.use(Connector.class)
                        .netlinkSend(
                                message,
                                portid,
                                send.group(),
                                send.kind().isAtomic() ? GfpMask.ATOMIC : GfpMask.KERNEL);
        seen.end(begun, result);
    }

    // ---- Messages ---------------------------------------------------------------------------

    /** The message that is sent next, which its sequence number names. */
    private CnMsg message(Send send) {
        byte[] data = new byte[send.size()];
        Arrays.fill(data, (byte) seen.nextId());
        return CnMsg.builder(CbId.of(send.group(), CN_VAL)).seq(seen.nextId()).data(data).build();
    }

    /** What its receiver is to see. */
    private byte[] bytes(Send send) {
        if (!send.kind().isProcess()) {
            byte[] bytes = message(send).toNlMsg(0).toByteArray();
            byte[] padded = Arrays.copyOf(bytes, NlMsgHeader.align(bytes.length));
            if (kernel.profile().countsConnectorPadding()) {
                LittleEndian.putU32(padded, NlmsghdrLayout.NLMSG_LEN, padded.length);
            }
            return padded;
        }
        byte[] data = new byte[send.size()];
        Arrays.fill(data, (byte) seen.nextId());
        return NlMsg.builder().seq(seen.nextId()).payload(ByteSlice.of(data)).build().toByteArray();
    }
}
