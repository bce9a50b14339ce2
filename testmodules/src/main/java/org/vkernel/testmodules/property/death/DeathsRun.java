package org.vkernel.testmodules.property.death;

import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.user.KernelNetlink;
import org.vkernel.netlink.user.NetlinkProvider;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.testmodules.property.death.DeathAction.Kill;
import org.vkernel.testmodules.property.death.DeathAction.Step;
import org.vkernel.testmodules.property.suite.Burden;
import org.vkernel.testmodules.property.suite.Strain;

/** One run of {@link Deaths}. */
final class DeathsRun {
    private static final int PROTOCOL = NetlinkProtocol.NETLINK_USERSOCK;
    private static final int FIRST_PORTID = 301;
    private static final int PORTIDS_EACH = 10;
    private static final int GROUP = 2;
    private static final int BYTES = 100;

    /** Ticks after which whoever is left is killed, too. */
    private static final int PATIENCE = 12;

    /** What calls answer for want of memory: {@code socket()} says that there is no file. */
    private static final ImmutableSet<Integer> WANT_OF_MEMORY =
            ImmutableSet.of(Errno.ENOMEM, Errno.ENOBUFS, Errno.ENFILE, Errno.EAGAIN);

    private final VirtualKernel kernel;
    private final DeathsSeen seen;
    private final Map<Integer, List<Step>> steps = new TreeMap<>();
    private final Map<Integer, Integer> kills = new TreeMap<>();
    private final Map<Integer, UserProcess> processes = new TreeMap<>();
    private final List<Integer> portids = new ArrayList<>();
    private final Duration tick;

    DeathsRun(VirtualKernel kernel, DeathsSeen seen, List<DeathAction> plan) {
        this.kernel = kernel;
        this.seen = seen;
        this.tick = Duration.ofSeconds(1).dividedBy(kernel.clock().hz());
        for (DeathAction action : plan) {
            switch (action) {
                case Step step ->
                        steps.computeIfAbsent(step.process(), all -> new ArrayList<>()).add(step);
                case Kill kill -> kills.put(kill.process(), kill.ticks());
            }
        }
    }

    void run(Strain strain) {
        kernel.insmod(ConnectorModule.class);
        settle();
        List<String> before = kernel.mm().inUse();
        steps.forEach((number, all) ->
                processes.put(number, kernel.spawn("victim", self -> live(self, all))));
        Burden burden = strain.begin(kernel);
        for (int ticks = 0; ticks < PATIENCE; ticks++) {
            for (Map.Entry<Integer, Integer> kill : kills.entrySet()) {
                UserProcess victim = processes.get(kill.getKey());
                if (victim != null && kill.getValue() == ticks) {
                    kernel.kill(victim, UserProcess.SIGKILL);
                }
            }
            kernel.runFor(tick);
        }
        burden.end();
        // Children, too.
        for (UserProcess left : kernel.processes()) {
            kernel.kill(left, UserProcess.SIGKILL);
        }
        for (UserProcess left : kernel.processes()) {
            kernel.join(left);
        }
        settle();
        look(before);
    }

    /** Lets deferred frees happen. */
    private void settle() {
        kernel.run(kernel.rcu()::barrier);
    }

    // ---- The victims ------------------------------------------------------------------------

    private void live(UserProcess process, List<Step> all) {
        Deque<NetlinkSocket> sockets = new ArrayDeque<>();
        int opened = 0;
        for (Step step : all) {
            if (step.what() == DeathAction.What.OPEN && opened < PORTIDS_EACH) {
                int portid = FIRST_PORTID + step.process() * PORTIDS_EACH + opened++;
                portids.add(portid);
                open(process, portid, sockets);
            } else if (!sockets.isEmpty()) {
                step(process, sockets, step);
            }
        }
    }

    /** Does without where there is no memory; a socket that is not bound stays open. */
    private static void open(UserProcess process, int portid, Deque<NetlinkSocket> sockets) {
        try {
            NetlinkSocket socket = NetlinkSocket.open(process, SocketType.SOCK_RAW, PROTOCOL);
            sockets.addFirst(socket);
            socket.setReceiveBuffer(0);
            socket.bind(portid, NetlinkSocket.groups(GROUP));
        } catch (ErrnoException failed) {
            mustBeForWantOfMemory(process, failed);
        }
    }

    private static void mustBeForWantOfMemory(UserProcess process, ErrnoException failed) {
        boolean isPossible = process.kernel().faults().injectedCount() != 0;
        if (!isPossible || !WANT_OF_MEMORY.contains(failed.errno())) {
            throw failed;
        }
    }

    private void step(UserProcess process, Deque<NetlinkSocket> sockets, Step step) {
        NetlinkSocket socket = sockets.getFirst();
        switch (step.what()) {
            case CLOSE -> sockets.removeFirst().close();
            case SEND -> send(socket, FIRST_PORTID + step.other() * PORTIDS_EACH, 0);
            case MULTICAST -> send(socket, 0, NetlinkSocket.groups(GROUP));
            case RECEIVE -> receive(socket.provider(), socket.fd());
            case FORK, THREAD -> {
                try {
                    multiply(process, socket, step.what() == DeathAction.What.FORK);
                } catch (ErrnoException failed) {
                    mustBeForWantOfMemory(process, failed);
                }
            }
            case SLEEP -> process.sleep(tick);
            case EXIT -> process.exit(0);
            case OPEN -> {
                // it has enough of them
            }
        }
    }

    private static void multiply(UserProcess process, NetlinkSocket socket, boolean forks) {
        if (forks) {
            var _ = process.fork(child -> receive(new KernelNetlink(child), socket.fd()));
        } else {
            var _ = process.startThread(thread -> receive(socket.provider(), socket.fd()));
        }
    }

    private static void send(NetlinkSocket socket, int portid, int groups) {
        var _ = socket.trySend(new byte[BYTES], 0, BYTES, 0, new NetlinkAddress(portid, groups));
    }

    private static void receive(NetlinkProvider provider, int fd) {
        var _ = provider.receive(fd, new byte[BYTES], 0, BYTES, 0, null);
    }

    // ---- What is left -----------------------------------------------------------------------

    private void look(List<String> before) {
        seen.skbs = kernel.skbs().live();
        seen.queued = kernel.use(Netlink.class).counts().queued();
        List<String> after = kernel.mm().inUse();
        for (String line : after) {
            if (!before.contains(line)) {
                seen.memory.add(line);
            }
        }
        kernel.readProc("/proc/net/netlink")
                .lines()
                .skip(1)
                .filter(row -> !row.substring(21).strip().startsWith("0 "))
                .forEach(seen.sockets::add);
        Collections.sort(portids);
        for (int portid : portids) {
            try (NetlinkSocket socket =
                    NetlinkSocket.open(kernel.init(), SocketType.SOCK_RAW, PROTOCOL)) {
                socket.bind(portid, 0);
            } catch (ErrnoException taken) {
                seen.portids.add(portid + ": " + Errno.name(taken.errno()));
            }
        }
        settle();
    }
}
