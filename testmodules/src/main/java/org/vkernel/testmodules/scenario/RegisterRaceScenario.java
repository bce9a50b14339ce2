package org.vkernel.testmodules.scenario;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.kthread.Kthread;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;

/**
 * One kernel thread registers a callback, another sends to the callback's group without naming it.
 *
 * <p>Small enough to be searched: of all choices only those of the two threads are explored, from
 * where both are about to make their call to where both have made it. Setting up and clearing away
 * just go on.
 */
public final class RegisterRaceScenario implements Scenario {
    private static final CbId ID = CbId.of(5, 0x456);
    private static final int GROUP = 5;

    @Override
    public String name() {
        return "register_race";
    }

    @Override
    public String description() {
        return "a callback is registered while a message is sent to its group";
    }

    @Override
    public Duration duration() {
        return Duration.ofMillis(1);
    }

    @Override
    public List<Class<? extends KernelModule>> modules() {
        return ImmutableList.of(ConnectorModule.class);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        kernel.pauseExploration();
        options.modprobe(kernel, ConnectorModule.class);
        kernel.spawn(
                "listener",
                process -> {
                    NetlinkSocket socket =
                            NetlinkSocket.open(
                                    process,
                                    SocketType.SOCK_DGRAM,
                                    NetlinkProtocol.NETLINK_CONNECTOR);
                    socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(GROUP));
                    process.sleep(Duration.ofHours(1));
                });
        kernel.runFor(Duration.ofMillis(1));
        Connector connector = kernel.use(Connector.class);
        CnMsg message = CnMsg.builder(ID).build();
        kernel.run(() -> {
            int[] left = {2};
            start(
                    kernel,
                    0,
                    "adder",
                    left,
                    () -> {
                        var _ = connector.addCallback(ID, "race", (msg, sender) -> {});
                    });
            start(
                    kernel,
                    kernel.config().cpus() - 1,
                    "sender",
                    left,
                    () -> {
                        var _ = connector.netlinkSend(message, 0, 0, GfpMask.ATOMIC);
                    });
        });
        kernel.resumeExploration();
        kernel.runFor(Duration.ofNanos(1));
        kernel.pauseExploration();
        kernel.run(() -> connector.delCallback(ID));
    }

    private static void start(
            VirtualKernel kernel, int cpu, String name, int[] left, Runnable call) {
        Kthread.Body body =
                self -> {
                    call.run();
                    if (--left[0] == 0) {
                        kernel.pauseExploration();
                    }
                    return 0;
                };
        var _ = kernel.kthreads().runOn(cpu, name, body);
    }
}
