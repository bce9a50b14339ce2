package org.vkernel.testmodules.property;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * Messages that processes send to callbacks of the connector. Any part of it is a plan as well: it
 * is made smaller by leaving steps out.
 *
 * @param steps what is sent; those of one process in this order
 */
public record TrafficPlan(ImmutableList<Step> steps) {
    /**
     * A message.
     *
     * @param process who sends it, from 0
     * @param pause how many ticks its process sleeps before
     * @param message what is sent
     */
    public record Step(int process, int pause, CnMsg message) {}

    /** Is told of each message, on the process that has sent it. */
    @FunctionalInterface
    public interface Listener {
        /**
         * A send has returned.
         *
         * @param result how many bytes were sent, or a negative errno
         */
        void sent(Step step, int result);
    }

    /** Of these steps. */
    public static TrafficPlan of(Step... steps) {
        return new TrafficPlan(ImmutableList.copyOf(steps));
    }

    /**
     * Starts the processes; {@link VirtualKernel#join} waits for each.
     *
     * <p>The connector must be loaded. A message that is refused is told to {@code listener}, and
     * its process goes on.
     */
    public ImmutableList<UserProcess> start(VirtualKernel kernel, Listener listener) {
        Map<Integer, List<Step>> each = new TreeMap<>();
        for (Step step : steps) {
            each.computeIfAbsent(step.process, number -> new ArrayList<>()).add(step);
        }
        ImmutableList.Builder<UserProcess> processes = ImmutableList.builder();
        for (List<Step> own : each.values()) {
            processes.add(kernel.spawn("sender", process -> send(process, own, listener)));
        }
        return processes.build();
    }

    private static void send(UserProcess process, List<Step> steps, Listener listener) {
        Duration tick = Duration.ofSeconds(1).dividedBy(process.kernel().clock().hz());
        try (NetlinkSocket socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR)) {
            for (Step step : steps) {
                if (step.pause > 0) {
                    process.sleep(tick.multipliedBy(step.pause));
                }
                byte[] bytes = step.message.toNlMsg(0).toByteArray();
                listener.sent(
                        step, socket.trySend(bytes, 0, bytes.length, 0, NetlinkAddress.KERNEL));
            }
        }
    }
}
