package org.vkernel.testmodules.softirqload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.MessageCounts;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * A million messages on the parallel machine: eight processes send unicasts, blocking for room, to
 * eight others, which are members of a group that softirqs of every CPU send to meanwhile.
 *
 * <p>Every copy must have been received, dropped or left unread, and no sk_buff may be left when
 * the kernel is closed, which checks that.
 */
@Timeout(120)
class MillionMessagesStressTest {
    private static final int SENDERS = 8;
    private static final int RECEIVERS = 8;
    private static final int UNICASTS_EACH = 125_000;
    private static final int FIRST_PORTID = 5000;
    private static final int GROUP = 15;

    private static NetlinkSocket open(UserProcess process) {
        return NetlinkSocket.open(
                process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
    }

    private static void receive(UserProcess process, int portid) {
        try (NetlinkSocket socket = open(process)) {
            socket.bind(portid, NetlinkSocket.groups(GROUP));
            byte[] buffer = new byte[256];
            for (; ; ) {
                int result = socket.tryReceive(buffer, 0, buffer.length, 0);
                if (result < 0 && result != -Errno.ENOBUFS) {
                    throw new ErrnoException("recvmsg", -result);
                }
            }
        }
    }

    private static void send(UserProcess process, int me) {
        try (NetlinkSocket socket = open(process)) {
            byte[] message = new byte[80];
            for (int i = 0; i < UNICASTS_EACH; i++) {
                int to = FIRST_PORTID + (me + i) % RECEIVERS;
                socket.sendTo(message, new NetlinkAddress(to, 0));
            }
        }
    }

    @Test
    void processesAndSoftirqs_aMillionMessages_everyCopyIsAccountedFor() {
        MessageCounts counts;
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel())) {
            kernel.insmod(ConnectorModule.class);
            List<UserProcess> receivers = new ArrayList<>();
            for (int i = 0; i < RECEIVERS; i++) {
                int portid = FIRST_PORTID + i;
                receivers.add(kernel.spawn("receiver", process -> receive(process, portid)));
            }
            SoftirqLoadTest.awaitMembers(kernel, RECEIVERS);
            kernel.modprobe(SoftirqLoad.class);
            List<UserProcess> senders = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                int me = i;
                senders.add(kernel.spawn("sender", process -> send(process, me)));
            }
            senders.forEach(kernel::join);
            kernel.rmmod("softirq_load");
            receivers.forEach(receiver -> kernel.kill(receiver, UserProcess.SIGKILL));
            receivers.forEach(kernel::join);
            kernel.run(() -> kernel.rcu().barrier()); // what was not read goes with the last reader
            counts = kernel.use(Netlink.class).counts();
        }
        assertEquals(0, counts.queued(), counts.toString());
        long unicasts = (long) SENDERS * UNICASTS_EACH;
        assertTrue(counts.sent() > unicasts, "softirqs sent nothing: " + counts);
    }
}
