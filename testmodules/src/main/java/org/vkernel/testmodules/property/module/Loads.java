package org.vkernel.testmodules.property.module;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.testmodules.property.module.LoadAction.Load;
import org.vkernel.testmodules.property.module.LoadAction.Send;
import org.vkernel.testmodules.property.module.busy.Busy;
import org.vkernel.testmodules.property.suite.Burden;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Workload;

/** Processes that load and unload {@link Busy}, and others that send to it. */
public final class Loads implements Workload<LoadAction, ModuleLog> {
    static final Loads WORKLOAD = new Loads();

    private static final String NAME = "busy";

    private Loads() {}

    /** The property that is checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(new NothingRunsUnloaded(WORKLOAD));
    }

    @Override
    public String name() {
        return "loads";
    }

    @Override
    public ImmutableList<LoadAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<LoadAction> plan = ImmutableList.builder();
        int loaders = 1 + random.nextInt(2);
        for (int i = 0; i < loaders; i++) {
            int loads = 1 + random.nextInt(3);
            for (int n = 0; n < loads; n++) {
                int fail = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0;
                plan.add(new Load(i, false, fail, random.nextInt(3)));
                plan.add(new Load(i, true, 0, random.nextInt(2)));
            }
        }
        int senders = random.nextInt(3);
        for (int i = 0; i < senders; i++) {
            plan.add(new Send(i, 1 + random.nextInt(6)));
        }
        return plan.build();
    }

    // ---- A run ------------------------------------------------------------------------------

    @Override
    public ModuleLog run(VirtualKernel kernel, Setting setting, List<LoadAction> plan) {
        ModuleLog log = new ModuleLog();
        kernel.provide(ModuleLog.class, log);
        kernel.insmod(ConnectorModule.class);
        kernel.run(kernel.rcu()::barrier);
        String callbacks = kernel.readProc("/proc/net/connector");
        List<String> memory = kernel.mm().inUse();
        Map<Integer, List<Load>> loaders = new TreeMap<>();
        List<UserProcess> processes = new ArrayList<>();
        for (LoadAction action : plan) {
            switch (action) {
                case Load load ->
                        loaders.computeIfAbsent(load.process(), all -> new ArrayList<>()).add(load);
                case Send send -> processes.add(kernel.spawn("sender", self -> send(self, send)));
            }
        }
        int[] loads = {0};
        int[] live = {-1};
        for (List<Load> all : loaders.values()) {
            processes.add(kernel.spawn("loader", self -> load(self, log, all, loads, live)));
        }
        Burden burden = setting.strain().begin(kernel);
        processes.forEach(kernel::join);
        burden.end();
        if (kernel.call(() -> kernel.modules().find(NAME)) != null) {
            kernel.rmmod(NAME);
            log.gone(live[0]);
        }
        kernel.runFor(Duration.ofMillis(30)); // whatever is left may show itself
        kernel.run(kernel.rcu()::barrier);
        String after = kernel.readProc("/proc/net/connector");
        if (!after.equals(callbacks)) {
            log.left.add(after);
        }
        for (String line : kernel.mm().inUse()) {
            if (!memory.contains(line)) {
                log.left.add(line);
            }
        }
        return log;
    }

    private static void load(
            UserProcess process, ModuleLog log, List<Load> all, int[] loads, int[] live) {
        VirtualKernel kernel = process.kernel();
        for (Load load : all) {
            if (load.unloads()) {
                int number = live[0];
                int result = kernel.call(() -> kernel.modules().rmmod(NAME));
                if (result == 0) {
                    log.gone(number);
                } else if (result != -Errno.ENOENT
                        && result != -Errno.EBUSY
                        && result != -Errno.EWOULDBLOCK) {
                    log.odd.add("rmmod gives " + Errno.name(-result));
                }
            } else {
                int number = loads[0]++;
                Map<String, String> params =
                        ImmutableMap.of("load", number + "", "fail", load.fail() + "");
                int result = kernel.call(() -> kernel.modules().insmod(Busy.class, params));
                if (result == 0) {
                    live[0] = number;
                } else {
                    log.gone(number);
                }
                if (result == 0 && load.fail() != 0) {
                    log.odd.add("insmod succeeds though init fails");
                }
            }
            if (load.ticks() > 0) {
                process.sleep(Duration.ofMillis(3L * load.ticks()));
            }
        }
    }

    private static void send(UserProcess process, Send send) {
        byte[] bytes = CnMsg.builder(Busy.ID).build().toNlMsg(0).toByteArray();
        try (NetlinkSocket socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR)) {
            for (int i = 0; i < send.count(); i++) {
                var _ = socket.trySend(bytes, 0, bytes.length, 0, NetlinkAddress.KERNEL);
                process.sleep(Duration.ofMillis(1));
            }
        } catch (ErrnoException failed) {
            if (process.kernel().faults().injectedCount() == 0) {
                throw failed;
            }
        }
    }
}
