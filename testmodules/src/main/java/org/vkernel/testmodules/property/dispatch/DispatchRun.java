package org.vkernel.testmodules.property.dispatch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.mm.FaultPlan;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.time.HrTimer;
import org.vkernel.emulator.time.Timer;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Announce;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Ask;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Faults;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Listen;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Own;
import org.vkernel.testmodules.property.dispatch.DispatchAction.Send;
import org.vkernel.testmodules.property.dispatch.DispatchAction.SendShort;
import org.vkernel.testmodules.property.suite.Burden;
import org.vkernel.testmodules.property.suite.Strain;

/** One run of {@link Dispatch}. */
final class DispatchRun {
    private static final CbId CONNECTOR =
            CbId.of(ConnectorId.CN_IDX_CONNECTOR, ConnectorId.CN_VAL_CONNECTOR);
    private static final int FIRST_PORTID = 201;
    private static final int FIRST_NOTICE_GROUP = 10;
    private static final int BUFFER_BYTES = 2_048;
    private static final int MOST_TICKS = 1_000;
    private static final long HRTIMER_NS = 700_000;

    private final VirtualKernel kernel;
    private final DispatchSeen seen;
    private final List<DispatchAction> plan;
    private final Map<Integer, List<Own>> owners = new TreeMap<>();
    private final Map<Integer, List<Send>> callers = new TreeMap<>();
    private final Map<Integer, List<Announce>> senders = new TreeMap<>();
    private final Map<Integer, SendShort> shorts = new TreeMap<>();
    private final Completion gate;
    private final SpinLock lock;
    private final AtomicInt touched;
    private final Duration tick;
    private final List<Timer> timers = new ArrayList<>();
    private Connector connector;
    private @Nullable FaultPlan faults;
    private int ready;
    private int working;
    private boolean isOver;

    @SuppressWarnings("NullAway.Init") // the connector is there when run() has loaded it
    DispatchRun(VirtualKernel kernel, DispatchSeen seen, List<DispatchAction> plan) {
        this.kernel = kernel;
        this.seen = seen;
        this.plan = plan;
        this.gate = new Completion(kernel.sched(), "all listeners to be there");
        this.lock = new SpinLock(kernel.sched(), "announcer");
        this.touched = new AtomicInt(kernel.sched(), 0);
        this.tick = Duration.ofSeconds(1).dividedBy(kernel.clock().hz());
    }

    void run(Strain strain) {
        kernel.insmod(ConnectorModule.class);
        connector = kernel.use(Connector.class);
        kernel.trace().addListener(seen);
        List<UserProcess> processes = new ArrayList<>();
        Set<Integer> listeners = new HashSet<>();
        for (DispatchAction action : plan) {
            switch (action) {
                case Listen listen -> {
                    listeners.add(listen.number());
                    processes.add(kernel.spawn("listener", self -> listen(self, listen)));
                }
                case Ask ask -> processes.add(kernel.spawn("asker", self -> ask(self, ask)));
                case Faults injected -> {
                    faults = FaultPlan.parse(injected.plan());
                    seen.hasFaults = true;
                }
                case Own own -> add(owners, own.owner(), own);
                case SendShort send -> shorts.put(send.caller(), send);
                case Send send -> add(callers, send.caller(), send);
                case Announce announce -> add(senders, announce.sender(), announce);
            }
        }
        senders.values().forEach(all -> all.removeIf(a -> !listeners.contains(a.listener())));
        senders.values().removeIf(List::isEmpty);
        while (ready < processes.size()) {
            kernel.runFor(tick);
        }
        awaitStored();
        working = owners.size() + callers.size() + senders.size();
        List<UserProcess> workers = new ArrayList<>();
        callers.values()
                .forEach(all -> workers.add(kernel.spawn("caller", self -> call(self, all))));
        owners.values().forEach(this::startOwner);
        senders.values().forEach(this::startSender);
        while (ready < processes.size() + workers.size()) {
            kernel.runFor(tick);
        }
        Burden burden = strain.begin(kernel);
        if (faults != null) {
            kernel.faults().set(faults);
        } else if (!seen.hasFaults) {
            kernel.mm().setFaults(seen); // counts allocations
        }
        kernel.run(gate::completeAll);
        workers.forEach(kernel::join);
        while (working > 0) {
            kernel.runFor(tick);
        }
        burden.end();
        kernel.run(this::removeAll);
        isOver = true;
        processes.forEach(kernel::join);
        kernel.run(() -> {
            timers.forEach(Timer::shutdownSync);
            kernel.rcu().barrier();
        });
    }

    /** Requests for notices are stored by a worker, one work each. */
    private void awaitStored() {
        for (int ticks = 0; seen.worksDone < seen.asks.size() && ticks < MOST_TICKS; ticks++) {
            kernel.runFor(tick);
        }
    }

    private static <T> void add(Map<Integer, List<T>> map, int key, T value) {
        map.computeIfAbsent(key, unknown -> new ArrayList<>()).add(value);
    }

    // ---- Owners -----------------------------------------------------------------------------

    private void startOwner(List<Own> all) {
        var _ =
                kernel.kthreads()
                        .run(
                                "owner",
                                self -> {
                                    gate.await();
                                    for (Own own : all) {
                                        if (own.add()) {
                                            register(own.id());
                                        } else {
                                            remove(own.id());
                                        }
                                    }
                                    working--;
                                    return 0;
                                });
    }

    private void register(CbId id) {
        Registration registration = seen.beginAdd(id);
        int result =
                connector.addCallback(
                        id,
                        "owner",
                        (message, sender) -> {
                            int begin = seen.now();
                            var _ = touched.incrementAndGet();
                            seen.invoked(registration, message, begin);
                        });
        seen.endAdd(registration, result);
    }

    private void remove(CbId id) {
        int begin = seen.now();
        Registration ended = seen.beginDel(id);
        connector.delCallback(id);
        seen.endDel(id, ended, begin);
    }

    private void removeAll() {
        Set<CbId> left = new HashSet<>();
        for (Registration registration : List.copyOf(seen.registrations)) {
            if (registration.isGood()
                    && registration.delEnd == Registration.NEVER
                    && left.add(registration.id)) {
                remove(registration.id);
            }
        }
    }

    // ---- Senders ----------------------------------------------------------------------------

    private static NetlinkSocket open(UserProcess process) {
        return NetlinkSocket.open(
                process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
    }

    private void call(UserProcess process, List<Send> all) {
        try (NetlinkSocket socket = open(process)) {
            ready++;
            kernel.run(gate::await);
            SendShort first = shorts.get(all.getFirst().caller());
            if (first != null) {
                var _ =
                        socket.trySend(
                                new byte[first.size()], 0, first.size(), 0, NetlinkAddress.KERNEL);
            }
            for (Send send : all) {
                Call call = seen.beginCall(send.caller(), send.id());
                byte[] bytes =
                        CnMsg.builder(send.id())
                                .seq(call.number)
                                .data(new byte[send.size()])
                                .build()
                                .toNlMsg(0)
                                .toByteArray();
                int result = socket.trySend(bytes, 0, bytes.length, 0, NetlinkAddress.KERNEL);
                seen.endCall(call, result);
            }
        }
        working--;
    }

    private void startSender(List<Announce> all) {
        switch (all.getFirst().kind()) {
            case KTHREAD, SPINNER -> {
                var _ =
                        kernel.kthreads()
                                .run(
                                        "announcer",
                                        self -> {
                                            gate.await();
                                            all.forEach(this::announce);
                                            working--;
                                            return 0;
                                        });
            }
            case TIMER -> startTimer(all);
            case HRTIMER -> startExactTimer(all);
        }
    }

    private void startTimer(List<Announce> all) {
        int[] next = {0};
        Timer timer =
                new Timer(
                        kernel.timers(),
                        "announcer",
                        fired -> {
                            announce(all.get(next[0]++));
                            if (next[0] < all.size()) {
                                fired.mod(kernel.clock().jiffies() + 1);
                            } else {
                                working--;
                            }
                        });
        timers.add(timer);
        kernel.run(() -> timer.mod(kernel.clock().jiffies() + 1));
    }

    private void startExactTimer(List<Announce> all) {
        int[] next = {0};
        HrTimer timer =
                new HrTimer(
                        kernel.hrTimers(),
                        "announcer",
                        fired -> {
                            announce(all.get(next[0]++));
                            if (next[0] < all.size()) {
                                var _ = fired.forward(HRTIMER_NS);
                                return true;
                            }
                            working--;
                            return false;
                        });
        kernel.run(() -> timer.start(kernel.clock().ns() + HRTIMER_NS));
    }

    private void announce(Announce what) {
        boolean locks = what.kind() == DispatchAction.Kind.SPINNER;
        if (locks) {
            lock.lock();
        }
        Announcement begun = seen.beginAnnounce(what);
        CnMsg message = CnMsg.builder(what.id()).seq(begun.number).build();
        int portid =
                switch (what.way()) {
                    case PORT, BOTH -> FIRST_PORTID + what.listener();
                    default -> 0;
                };
        int group =
                switch (what.way()) {
                    case GROUP, BOTH -> what.id().idx();
                    default -> 0;
                };
        int result =
                connector.netlinkSend(
                        message,
                        portid,
                        group,
                        what.kind().isAtomic() ? GfpMask.ATOMIC : GfpMask.KERNEL);
        seen.endAnnounce(begun, result);
        if (locks) {
            lock.unlock();
        }
    }

    // ---- Listeners --------------------------------------------------------------------------

    private void listen(UserProcess process, Listen listen) {
        try (NetlinkSocket socket = open(process)) {
            socket.bind(FIRST_PORTID + listen.number(), NetlinkSocket.groups(listen.group()));
            socket.setReceiveTimeout(tick);
            seen.groups.put(listen.number(), listen.group());
            ready++;
            byte[] buffer = new byte[BUFFER_BYTES];
            while (takes(socket, buffer)) {
                seen.heard(listen.number(), CnMsg.parse(NlMsg.parse(buffer)));
            }
        }
    }

    /** Waits for a message until all is over; then takes what is there. */
    private boolean takes(NetlinkSocket socket, byte[] buffer) {
        for (; ; ) {
            boolean wasOver = isOver;
            int result =
                    socket.tryReceive(buffer, 0, buffer.length, wasOver ? MsgFlag.MSG_DONTWAIT : 0);
            if (result >= 0) {
                return true;
            }
            if (wasOver) {
                return false;
            }
        }
    }

    private void ask(UserProcess process, Ask ask) {
        int group = FIRST_NOTICE_GROUP + ask.number();
        try (NetlinkSocket socket = open(process)) {
            socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(group));
            socket.setReceiveTimeout(tick);
            sendAsk(socket, ask, group);
            List<CnMsg> heard = new ArrayList<>();
            seen.asks.add(ask);
            seen.notices.put(ask, heard);
            ready++;
            byte[] buffer = new byte[BUFFER_BYTES];
            while (takes(socket, buffer)) {
                heard.add(CnMsg.parse(NlMsg.parse(buffer)).copy());
            }
            sendAsk(socket, ask, 0);
        }
    }

    private static void sendAsk(NetlinkSocket socket, Ask ask, int group) {
        CnCtlMsg request = CnCtlMsg.of(group, List.of(ask.idx()), List.of(ask.val()));
        CnMsg message = CnMsg.builder(CONNECTOR).data(request.bytes()).build();
        socket.sendTo(message.toNlMsg(0).toByteArray(), NetlinkAddress.KERNEL);
    }
}
