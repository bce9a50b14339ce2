package org.vkernel.testmodules.property.sharing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.process.UserThread;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.NlmFlag;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;

/** One run of {@link Sharing}. */
final class SharingRun {
    private static final int FIRST_PORTID = 501;
    private static final int BYTES = 64;
    private static final int[] OPTIONS = {
        NetlinkOption.NETLINK_PKTINFO,
        NetlinkOption.NETLINK_BROADCAST_ERROR,
        NetlinkOption.NETLINK_CAP_ACK,
        NetlinkOption.NETLINK_EXT_ACK
    };

    private final VirtualKernel kernel;
    private final SharingSeen seen;
    private final Map<Integer, List<SharingAction>> steps = new TreeMap<>();
    private final Duration tick;

    SharingRun(VirtualKernel kernel, SharingSeen seen, List<SharingAction> plan) {
        this.kernel = kernel;
        this.seen = seen;
        this.tick = Duration.ofSeconds(1).dividedBy(kernel.clock().hz());
        for (SharingAction action : plan) {
            steps.computeIfAbsent(action.thread(), all -> new ArrayList<>()).add(action);
        }
    }

    void run() {
        DumpService service = DumpService.start(kernel);
        settle();
        List<String> before = kernel.mm().inUse();
        UserProcess process = kernel.spawn("sharing", this::live);
        kernel.join(process);
        settle();
        look(process, before);
        service.stop();
    }

    /** Lets deferred frees happen. */
    private void settle() {
        kernel.run(kernel.rcu()::barrier);
    }

    // ---- The threads ------------------------------------------------------------------------

    private void live(UserProcess process) {
        try (NetlinkSocket socket =
                NetlinkSocket.open(process, SocketType.SOCK_RAW, DumpService.PROTOCOL)) {
            socket.setReceiveTimeout(tick);
            socket.setSendTimeout(tick);
            List<UserThread> threads = new ArrayList<>();
            for (List<SharingAction> all : steps.values()) {
                threads.add(process.startThread(self -> use(socket, all)));
            }
            for (UserThread thread : threads) {
                thread.join();
            }
        }
    }

    private void use(NetlinkSocket socket, List<SharingAction> all) {
        for (SharingAction action : all) {
            try {
                step(socket, action);
            } catch (ErrnoException refused) {
                // as it may be: another thread came first
            }
        }
    }

    private void step(NetlinkSocket socket, SharingAction action) {
        int number = action.number();
        switch (action.what()) {
            case BIND -> {
                socket.bind(number == 0 ? NetlinkSocket.AUTO : FIRST_PORTID + number, 0);
                seen.portids.add(socket.getsockname().pid());
            }
            case NAME -> {
                var _ = socket.getsockname();
            }
            case JOIN -> socket.joinGroup(1 + number);
            case LEAVE -> socket.leaveGroup(1 + number);
            case OPTION -> socket.setsockopt(NetlinkOption.SOL_NETLINK, OPTIONS[number], 1);
            case DUMP -> {
                int flags = NlmFlag.NLM_F_REQUEST | NlmFlag.NLM_F_DUMP;
                NlMsg request =
                        NlMsg.builder().type(DumpService.DUMP).flags(flags).seq(number).build();
                var _ = socket.sendTo(request.toByteArray(), new NetlinkAddress(0, 0));
            }
            case SEND -> {
                int to = socket.getsockname().pid();
                var _ = socket.sendTo(new byte[BYTES], new NetlinkAddress(to, 0));
            }
            case RECEIVE -> {
                var _ = socket.receive(DumpService.PART_BYTES, MsgFlag.MSG_DONTWAIT);
            }
            case WAIT -> {
                var _ = socket.receive(DumpService.PART_BYTES);
            }
        }
    }

    // ---- What is left -----------------------------------------------------------------------

    private void look(UserProcess process, List<String> before) {
        for (String line : kernel.mm().inUse()) {
            if (!before.contains(line)) {
                seen.memory.add(line);
            }
        }
        kernel.readProc("/proc/net/netlink")
                .lines()
                .skip(1)
                .filter(row -> !row.substring(21).strip().startsWith("0 "))
                .forEach(seen.sockets::add);
        tryToBind(process.tgid());
        for (int number = 1; number < Sharing.NUMBERS; number++) {
            tryToBind(FIRST_PORTID + number);
        }
        settle();
    }

    private void tryToBind(int portid) {
        try (NetlinkSocket socket =
                NetlinkSocket.open(kernel.init(), SocketType.SOCK_RAW, DumpService.PROTOCOL)) {
            socket.bind(portid, 0);
        } catch (ErrnoException inUse) {
            seen.taken.add(portid + ": " + Errno.name(inUse.errno()));
        }
    }
}
