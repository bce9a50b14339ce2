package org.vkernel.testmodules.property.coming;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SplitMix;
import org.vkernel.emulator.module.Modules;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.testmodules.cntest.CnTest;
import org.vkernel.testmodules.property.coming.ComingAction.Turn;
import org.vkernel.testmodules.property.coming.ComingAction.Use;
import org.vkernel.testmodules.property.suite.Burden;
import org.vkernel.testmodules.property.suite.CallFailures;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Setting;
import org.vkernel.testmodules.property.suite.Strain;
import org.vkernel.testmodules.property.suite.Workload;

/** Processes that load and unload the connector and its test module, and others that use them. */
public final class Comings implements Workload<ComingAction, ComingsRun> {
    private static final Comings WORKLOAD = new Comings();

    private static final String CN = "cn";
    private static final String CN_TEST = "cn_test";

    /** Of a load, roughly. */
    private static final int MOST_ALLOCATIONS = 10;

    private static final Duration STEP = Duration.ofMillis(50);

    /** So many steps are more than the sleeps of any plan; time may pass before they are over. */
    private static final int PATIENCE = 2_000;

    private static final ImmutableSet<Integer> LOADS =
            ImmutableSet.of(0, -Errno.EEXIST, -Errno.EBUSY, -Errno.ENOENT, -Errno.EAGAIN);

    /** What {@code cn_init()} and others make of a lack of memory. */
    private static final ImmutableSet<Integer> FAILED =
            ImmutableSet.of(-Errno.ENOMEM, -Errno.EIO, -Errno.EINVAL);

    private static final ImmutableSet<Integer> UNLOADS =
            ImmutableSet.of(0, -Errno.ENOENT, -Errno.EBUSY, -Errno.EWOULDBLOCK);

    private Comings() {}

    /** The property that is checked on it. */
    public static ImmutableList<KernelProperty<?>> properties() {
        return ImmutableList.of(new ComesAndGoes(WORKLOAD));
    }

    @Override
    public String name() {
        return "comings";
    }

    @Override
    public ImmutableList<ComingAction> plan(Setting setting, SplitMix random) {
        ImmutableList.Builder<ComingAction> plan = ImmutableList.builder();
        int loaders = 1 + random.nextInt(2);
        for (int i = 0; i < loaders; i++) {
            int turns = 2 + random.nextInt(4);
            for (int n = 0; n < turns; n++) {
                boolean unloads = n % 2 == 1;
                if (!unloads || random.nextInt(2) == 0) {
                    plan.add(turn(i, unloads, unloads, random.nextInt(2), random));
                }
                plan.add(turn(i, !unloads, unloads, random.nextInt(3), random));
            }
        }
        int users = random.nextInt(3);
        for (int i = 0; i < users; i++) {
            plan.add(new Use(i, 1 + random.nextInt(5)));
        }
        return plan.build();
    }

    private static Turn turn(
            int process, boolean isTest, boolean unloads, int ticks, SplitMix random) {
        int failing = random.nextInt(4) == 0 ? 1 + random.nextInt(MOST_ALLOCATIONS) : 0;
        return new Turn(process, isTest, unloads, ticks, failing);
    }

    // ---- A run ------------------------------------------------------------------------------

    @Override
    public ComingsRun run(VirtualKernel kernel, Setting setting, List<ComingAction> plan) {
        ComingsRun run = new ComingsRun();
        List<String> memory = kernel.mm().inUse();
        Map<Integer, List<Turn>> loaders = new TreeMap<>();
        CallFailures failures = new CallFailures();
        for (ComingAction action : plan) {
            switch (action) {
                case Turn turn ->
                        loaders.computeIfAbsent(turn.process(), all -> new ArrayList<>()).add(turn);
                case Use use -> kernel.spawn("user", self -> use(self, use));
            }
        }
        loaders.values()
                .forEach(turns ->
                        kernel.spawn("loader", self -> turn(self, run, setting, turns, failures)));
        Burden burden = setting.strain().begin(kernel);
        if (setting.strain() != Strain.FAULTS) { // where others fail at random
            kernel.mm().setFaults(failures);
        }
        List<UserProcess> running = running(kernel);
        for (int i = 0; i < PATIENCE && !running.isEmpty() && kernel.reports().isEmpty(); i++) {
            kernel.runFor(STEP);
            running = running(kernel);
        }
        burden.end();
        kernel.mm().setFaults(null);
        if (kernel.reports().isEmpty()) {
            running.forEach(process -> run.stuck.add(process.toString()));
            if (running.isEmpty()) {
                look(kernel, run, memory);
            }
        }
        return run;
    }

    private static List<UserProcess> running(VirtualKernel kernel) {
        List<UserProcess> running = new ArrayList<>();
        for (UserProcess process : kernel.processes()) {
            if (!process.isDead() && process != kernel.init()) {
                running.add(process);
            }
        }
        return running;
    }

    private static void look(VirtualKernel kernel, ComingsRun run, List<String> memory) {
        for (String name : List.of(CN_TEST, CN)) {
            int result = kernel.call(() -> kernel.modules().rmmod(name));
            if (result != 0 && result != -Errno.ENOENT) {
                run.odd.add("the last rmmod " + name + " gives " + Errno.name(-result));
            }
        }
        kernel.run(kernel.rcu()::barrier);
        for (String line : kernel.mm().inUse()) {
            if (!memory.contains(line)) {
                run.left.add(line);
            }
        }
    }

    private static void turn(
            UserProcess process,
            ComingsRun run,
            Setting setting,
            List<Turn> turns,
            CallFailures failures) {
        Modules modules = process.kernel().modules();
        for (Turn turn : turns) {
            String name = turn.isTest() ? CN_TEST : CN;
            failures.begin(process, turn.failing());
            int result =
                    process.kernel()
                            .call(() ->
                                    turn.unloads()
                                            ? modules.rmmod(name)
                                            : modules.insmod(
                                                    turn.isTest()
                                                            ? CnTest.class
                                                            : ConnectorModule.class,
                                                    ImmutableMap.of()));
            var _ = failures.end(process);
            boolean isShort =
                    (setting.strain().isShortOfMemory() || turn.failing() != 0)
                            && FAILED.contains(result);
            if (!isShort && !(turn.unloads() ? UNLOADS : LOADS).contains(result)) {
                run.odd.add(
                        (turn.unloads() ? "rmmod " : "insmod ")
                                + name
                                + " gives "
                                + Errno.name(-result));
            }
            if (turn.ticks() > 0) {
                process.sleep(Duration.ofMillis(3L * turn.ticks()));
            }
        }
    }

    private static void use(UserProcess process, Use use) {
        // Nobody's: that a callback runs too late is another workload's to find.
        CbId id = CbId.of(CnTest.defaultIdx(process.kernel().profile()), 1);
        byte[] bytes = CnMsg.builder(id).build().toNlMsg(0).toByteArray();
        for (int i = 0; i < use.count(); i++) {
            try (NetlinkSocket socket =
                    NetlinkSocket.open(
                            process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR)) {
                var _ = socket.trySend(bytes, 0, bytes.length, 0, NetlinkAddress.KERNEL);
                process.sleep(Duration.ofMillis(1));
            } catch (ErrnoException failed) {
                process.sleep(Duration.ofMillis(1)); // it is not loaded, or there is no memory
            }
        }
    }
}
