package org.vkernel.testmodules.scenario;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.Modules;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.testmodules.softirqload.SoftirqLoad;

/** Messages from softirqs of every CPU, and two processes that listen to them. */
public final class SoftirqLoadScenario implements Scenario {
    private static final String GROUP_PARAM = "idx";
    private static final String GROUP = "15";
    private static final int LISTENERS = 2;
    private static final int BUFFER_SIZE = 4096;

    @Override
    public String name() {
        return "softirq_load";
    }

    @Override
    public String description() {
        return "timers and tasklets of every CPU send, two processes listen";
    }

    @Override
    public Duration duration() {
        return Duration.ofSeconds(1);
    }

    @Override
    public List<Class<? extends KernelModule>> modules() {
        return ImmutableList.of(SoftirqLoad.class);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        String module = Modules.nameOf(SoftirqLoad.class);
        ScenarioOptions complete = options.withDefault(module, GROUP_PARAM, GROUP);
        complete.modprobe(kernel, SoftirqLoad.class);
        int group = Long.decode(complete.params().get(module, GROUP_PARAM)).intValue();
        for (int i = 1; i <= LISTENERS; i++) {
            kernel.spawn("listener" + i, process -> listen(process, group));
        }
    }

    /** Reads until it is killed; tells of each overrun. */
    private static void listen(UserProcess process, int group) {
        byte[] buffer = new byte[BUFFER_SIZE];
        try (var socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR)) {
            socket.bind(NetlinkSocket.AUTO, 0);
            socket.joinGroup(group);
            for (; ; ) {
                int length = socket.tryReceive(buffer, 0, buffer.length, 0);
                if (length < 0) {
                    process.print(process.comm() + ": " + Errno.text(-length));
                }
            }
        }
    }
}
