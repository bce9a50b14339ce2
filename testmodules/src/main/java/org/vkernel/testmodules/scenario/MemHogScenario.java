package org.vkernel.testmodules.scenario;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.Modules;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.testmodules.softirqload.SoftirqLoad;

/**
 * A process that takes all memory, step by step, while softirqs send messages.
 *
 * <p>First the pages of files go, which another process has read. Then messages that nobody has
 * read yet take what is kept for requests that cannot wait, until there is none left for the next
 * message: it is lost, and since there is not even an sk_buff of it, no receiver is told. The hog's
 * next step calls the OOM killer.
 */
public final class MemHogScenario implements Scenario {
    private static final int GROUP = 15;
    private static final int BUFFER_SIZE = 4096;
    private static final int RECEIVE_BUFFER = 2 << 20;

    /** Of all pages so many are read from files, and so many are taken in a step: one of... */
    private static final int READ_SHARE = 2;

    private static final int STEP_SHARE = 8;
    private static final Duration STEP = Duration.ofMillis(100);
    private static final Duration OFTEN = Duration.ofMillis(20);
    private static final Duration SELDOM = Duration.ofMillis(240);

    @Override
    public String name() {
        return "memhog";
    }

    @Override
    public String description() {
        return "a process takes all memory: messages are lost, then the OOM killer comes";
    }

    @Override
    public Duration duration() {
        return Duration.ofSeconds(1);
    }

    @Override
    public long memory() {
        return 8 << 20;
    }

    @Override
    public List<Class<? extends KernelModule>> modules() {
        return ImmutableList.of(SoftirqLoad.class);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        String module = Modules.nameOf(SoftirqLoad.class);
        ScenarioOptions complete =
                options.withDefault(module, "idx", Integer.toString(GROUP))
                        .withDefault(module, "rate", "8")
                        .withDefault(module, "size", "1000");
        complete.modprobe(kernel, SoftirqLoad.class);
        int group = Long.decode(complete.params().get(module, "idx")).intValue();
        kernel.spawn("often", process -> listen(process, group, OFTEN));
        kernel.spawn("seldom", process -> listen(process, group, SELDOM));
        kernel.spawn("cat", MemHogScenario::read);
        kernel.spawn("hog", MemHogScenario::take);
    }

    private static void read(UserProcess process) {
        Memory mm = process.kernel().mm();
        int pages = process.readPages(mm.managedPages() / READ_SHARE);
        process.print("cat: read " + pages + " pages of files");
    }

    /** Until it is killed. */
    private static void take(UserProcess process) {
        int step = process.kernel().mm().managedPages() / STEP_SHARE;
        for (int taken = step; ; taken += step) {
            process.sleep(STEP);
            process.touchPages(step);
            process.print("hog: has " + taken + " pages");
        }
    }

    /** Reads all there is, again and again; tells what is missing, and what it is told. */
    private static void listen(UserProcess process, int group, Duration pause) {
        byte[] buffer = new byte[BUFFER_SIZE];
        try (var socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR)) {
            socket.bind(NetlinkSocket.AUTO, 0);
            socket.joinGroup(group);
            socket.setReceiveBuffer(RECEIVE_BUFFER);
            Heard heard = new Heard();
            for (; ; ) {
                process.sleep(pause);
                int before = heard.missing();
                for (int length = 0; length != -Errno.EAGAIN; ) {
                    length = socket.tryReceive(buffer, 0, BUFFER_SIZE, MsgFlag.MSG_DONTWAIT);
                    heard.add(length, buffer);
                }
                if (heard.missing() != before) {
                    process.print(process.comm() + ": " + heard);
                }
            }
        }
    }

    /** What a listener has heard. Messages are numbered from 1. */
    private static final class Heard {
        private int received;
        private int last;
        private int enobufs;

        void add(int length, byte[] buffer) {
            if (length >= 0) {
                received++;
                last = Math.max(last, CnMsg.parse(NlMsg.parse(buffer)).seq());
            } else if (length == -Errno.ENOBUFS) {
                enobufs++;
            }
        }

        int missing() {
            return last - received;
        }

        @Override
        public String toString() {
            return String.format(
                    "of %d messages %d are missing; ENOBUFS: %d", last, missing(), enobufs);
        }
    }
}
