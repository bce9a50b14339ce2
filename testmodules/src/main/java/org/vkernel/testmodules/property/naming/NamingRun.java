package org.vkernel.testmodules.property.naming;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.ModuleRef;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkKernelConfig;
import org.vkernel.netlink.core.NetlinkSock;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.testmodules.property.naming.NamingAction.Open;
import org.vkernel.testmodules.property.naming.NamingAction.Step;
import org.vkernel.testmodules.property.naming.NamingSeen.Difference;
import org.vkernel.testmodules.property.suite.CallFailures;

/** One run of {@link Naming}: the kernel's side, and what is left at the end. */
final class NamingRun implements KernelSide {
    private static final int MOST_GROUPS = 70;
    private static final int REFUSALS = 4;

    private final VirtualKernel kernel;
    private final Netlink netlink;
    private final NamingSeen seen;
    private final Map<Integer, List<Step>> steps = new TreeMap<>();

    /** What an owner was asked and told, and notifiers, by the process that did something. */
    private final Map<UserProcess, List<String>> told = new HashMap<>();

    private final ProtocolModel owned;
    private final ProtocolModel connector;
    private final ProtocolModel usersock = ProtocolModel.usersock();
    private final CallFailures failures = new CallFailures();
    private @Nullable NetlinkSock socket;
    private int pins;

    NamingRun(VirtualKernel kernel, NamingSeen seen, List<NamingAction> plan) {
        this.kernel = kernel;
        this.netlink = kernel.use(Netlink.class);
        this.seen = seen;
        for (NamingAction action : plan) {
            if (action instanceof Step step) {
                steps.computeIfAbsent(step.process(), all -> new ArrayList<>()).add(step);
            }
        }
        this.connector = ProtocolModel.connector(kernel.profile());
        long drawn = kernel.config().seed();
        this.owned =
                ProtocolModel.owned(
                        1 + Math.floorMod(drawn * 31, MOST_GROUPS),
                        Math.floorMod(drawn, REFUSALS),
                        Math.floorMod(drawn / REFUSALS, REFUSALS));
    }

    void run() {
        NetlinkSock own = kernel.call(() -> netlink.kernelCreate(Naming.OWNED, config()));
        socket = own;
        if (own == null) {
            seen.left.add(new Difference("a protocol cannot be made", "at first"));
            return;
        }
        boolean isConnected =
                steps.values().stream()
                        .flatMap(List::stream)
                        .anyMatch(step ->
                                step instanceof Open open
                                        && open.protocol() == NetlinkProtocol.NETLINK_CONNECTOR);
        if (isConnected) {
            kernel.insmod(ConnectorModule.class);
        }
        netlink.addNotifier((protocol, portid) -> note("released " + protocol + " " + portid));
        List<NamingProcess> all = new ArrayList<>();
        List<UserProcess> processes = new ArrayList<>();
        steps.forEach((number, its) -> {
            NamingProcess process = new NamingProcess(number, seen, this);
            all.add(process);
            processes.add(kernel.spawn("namer", self -> process.live(self, its)));
        });
        kernel.mm().setFaults(failures);
        processes.forEach(kernel::join);
        kernel.mm().setFaults(null);
        kernel.run(kernel.rcu()::barrier);
        look(own, all);
        kernel.run(() -> {
            netlink.kernelRelease(own);
            kernel.rcu().barrier();
        });
    }

    private NetlinkKernelConfig config() {
        return NetlinkKernelConfig.DEFAULT
                .groups(owned.groups())
                .flags(owned.flags())
                .input(skb -> {})
                .bind(group -> {
                    note("bind " + group);
                    return owned.answer(group, true);
                })
                .unbind(group -> note("unbind " + group))
                .owner(
                        new ModuleRef() {
                            @Override
                            public boolean tryGet() {
                                pins++;
                                return true;
                            }

                            @Override
                            public void put() {
                                pins--;
                            }
                        });
    }

    private void note(String what) {
        UserProcess process = kernel.sched().current().process();
        if (process != null) {
            told.computeIfAbsent(process, any -> new ArrayList<>()).add(what);
        }
    }

    // ---- The owner, as processes see it -----------------------------------------------------

    @Override
    public ProtocolModel owned() {
        return owned;
    }

    @Override
    public ProtocolModel connector() {
        return connector;
    }

    @Override
    public ProtocolModel usersock() {
        return usersock;
    }

    @Override
    public CallFailures failures() {
        return failures;
    }

    @Override
    public List<String> takeTold(UserProcess process) {
        List<String> taken = told.remove(process);
        return taken == null ? List.of() : taken;
    }

    @Override
    public int send(int portid, int group, byte[] bytes) {
        NetlinkSock from = Objects.requireNonNull(socket);
        return kernel.call(() -> {
            SkBuff skb = kernel.skbs().alloc(bytes.length, GfpMask.KERNEL);
            if (skb == null) {
                return -Errno.ENOMEM;
            }
            skb.putData(bytes, 0, bytes.length);
            skb.setDstGroup(group);
            return group == 0
                    ? netlink.unicast(from, skb, portid, true)
                    : netlink.broadcast(from, skb, portid, group, GfpMask.KERNEL);
        });
    }

    @Override
    public boolean hasListeners(int group) {
        NetlinkSock own = Objects.requireNonNull(socket);
        return kernel.call(() -> netlink.hasListeners(own, group));
    }

    @Override
    public boolean grow(int groups) {
        NetlinkSock own = Objects.requireNonNull(socket);
        return groups > owned.groups() && kernel.call(() -> netlink.changeGroups(own, groups)) == 0;
    }

    // ---- What is left -----------------------------------------------------------------------

    private void look(NetlinkSock socket, List<NamingProcess> all) {
        if (pins != 0) {
            left("a protocol's module is pinned", pins + " times");
        }
        for (int group = 1; group <= owned.groups(); group++) {
            int number = group;
            if (kernel.call(() -> netlink.hasListeners(socket, number))) {
                left("a group has listeners", "group " + group);
            }
        }
        kernel.readProc("/proc/net/netlink")
                .lines()
                .skip(1)
                .filter(row -> !row.substring(21).strip().startsWith("0 "))
                .forEach(row -> left("a socket is left", row));
        TreeSet<Integer> portids = new TreeSet<>();
        all.forEach(process -> portids.addAll(process.portids()));
        for (int portid : portids) {
            try (NetlinkSocket late =
                    NetlinkSocket.open(kernel.init(), SocketType.SOCK_RAW, Naming.OWNED)) {
                late.bind(portid, 0);
            } catch (ErrnoException e) {
                left("a port id is left", portid + ": " + Errno.name(e.errno()));
            }
        }
    }

    private void left(String kind, String detail) {
        seen.left.add(new Difference(kind, detail));
    }
}
