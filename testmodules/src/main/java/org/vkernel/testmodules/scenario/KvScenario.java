package org.vkernel.testmodules.scenario;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import org.vkernel.connector.user.ConnectorCall;
import org.vkernel.connector.user.ConnectorClient;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.testmodules.kv.KvAnswer;
import org.vkernel.testmodules.kv.KvClient;
import org.vkernel.testmodules.kv.KvMirror;
import org.vkernel.testmodules.kv.KvOp;
import org.vkernel.testmodules.kv.KvStore;

/**
 * A key-value store in the kernel, and processes whose receive buffers are too small for what it
 * tells them: answers are lost and asked for again, changes are lost and read again, and no request
 * is applied twice.
 */
public final class KvScenario implements Scenario {
    private static final String KEY = "log";
    private static final int WRITERS = 2;
    private static final int ROUNDS = 4;
    private static final int AT_ONCE = 3;
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration NAP = Duration.ofMillis(150);
    private static final Duration TIMEOUT = Duration.ofMillis(20);
    private static final Duration END = Duration.ofMillis(500);

    @Override
    public String name() {
        return "kv";
    }

    @Override
    public String description() {
        return "a key-value store loses answers and changes, and nothing is applied twice";
    }

    @Override
    public Duration duration() {
        return Duration.ofSeconds(2);
    }

    @Override
    public List<Class<? extends KernelModule>> modules() {
        return ImmutableList.of(KvStore.class);
    }

    @Override
    public void start(VirtualKernel kernel, ScenarioOptions options) {
        options.modprobe(kernel, KvStore.class);
        kernel.spawn("mirror", KvScenario::mirror);
        for (int i = 1; i <= WRITERS; i++) {
            char letter = (char) ('a' + (i - 1) * ROUNDS * AT_ONCE);
            kernel.spawn("writer" + i, process -> write(process, letter));
        }
    }

    /** A member of the group, with the smallest buffer. */
    private static NetlinkSocket open(UserProcess process) {
        NetlinkSocket socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
        socket.bind(NetlinkSocket.AUTO, KvClient.groups());
        socket.setReceiveBuffer(0);
        return socket;
    }

    private static ConnectorClient.Builder client(UserProcess process, NetlinkSocket socket) {
        return ConnectorClient.builder(process, socket).timeout(TIMEOUT);
    }

    /** Appends some letters at once, again and again. */
    private static void write(UserProcess process, char firstLetter) {
        try (NetlinkSocket socket = open(process)) {
            ConnectorClient client = client(process, socket).build();
            KvClient store = new KvClient(client);
            char letter = firstLetter;
            for (int round = 0; round < ROUNDS; round++) {
                process.sleep(PAUSE);
                ConnectorCall[] calls = new ConnectorCall[AT_ONCE];
                for (int i = 0; i < AT_ONCE; i++) {
                    calls[i] = store.start(KvOp.APPEND, KEY, String.valueOf(letter++));
                }
                process.print(process.comm() + ": " + answers(store, calls));
            }
        } catch (ErrnoException unanswered) {
            process.print(process.comm() + ": " + unanswered.getMessage());
        }
    }

    private static String answers(KvClient store, ConnectorCall[] calls) {
        StringBuilder text = new StringBuilder();
        for (ConnectorCall call : calls) {
            KvAnswer answer = store.await(call);
            text.append(text.isEmpty() ? "" : ", ")
                    .append(answer.entries().get(KEY))
                    .append(" (")
                    .append(call.sendings())
                    .append(call.sendings() == 1 ? " sending)" : " sendings)");
        }
        return text.toString();
    }

    /** Follows the changes, but sleeps too long in between. */
    private static void mirror(UserProcess process) {
        try (NetlinkSocket socket = open(process)) {
            KvMirror mirror = new KvMirror(client(process, socket));
            var _ = mirror.readAgain();
            long end = process.kernel().clock().ns() + END.toNanos();
            for (int readings = 1; process.kernel().clock().ns() < end; ) {
                process.sleep(NAP);
                var _ = mirror.client().receive(Duration.ZERO);
                process.print(
                        "mirror: "
                                + mirror.entries().getOrDefault(KEY, "")
                                + (mirror.readings() > readings ? " (read again)" : ""));
                readings = mirror.readings();
            }
            process.print(process.readFile("/proc/kv_store").strip().replace("\n", ", "));
        }
    }
}
