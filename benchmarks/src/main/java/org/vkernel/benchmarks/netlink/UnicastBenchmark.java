package org.vkernel.benchmarks.netlink;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.vkernel.emulator.AttachedProcess;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * What one unicast message costs on the parallel machine, a send and a receive by one thread, with
 * full semantics: two system calls, look-up, allocation, accounting, two copies.
 *
 * <p>A surprise would be a cost for small payloads that is not that of the two calls.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class UnicastBenchmark {
    private static final int HEADER = 16;

    /** Bytes of payload, behind the header of 16. */
    @Param({"0", "64", "1024", "16384"})
    public int payload;

    private VirtualKernel kernel;
    private AttachedProcess process;
    private NetlinkSocket sender;
    private NetlinkSocket receiver;
    private NetlinkAddress to;
    private byte[] message;
    private byte[] buffer;

    /** Boots a kernel and opens two sockets. */
    @Setup
    public void setUp() {
        kernel = VirtualKernel.boot(KernelConfig.parallel().checks(Check.NONE));
        process = kernel.attach("bench");
        sender = open();
        receiver = open();
        to = receiver.getsockname();
        message = new byte[HEADER + payload];
        buffer = new byte[HEADER + payload];
    }

    private NetlinkSocket open() {
        NetlinkSocket socket =
                NetlinkSocket.open(
                        process.process(), SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_USERSOCK);
        socket.bind(NetlinkSocket.AUTO, 0);
        return socket;
    }

    /** Closes all and checks the kernel. */
    @TearDown
    public void tearDown() {
        sender.close();
        receiver.close();
        process.close();
        kernel.close();
    }

    /** One message, there and read. */
    @Benchmark
    public int sendAndReceive() {
        int sent = sender.trySend(message, 0, message.length, MsgFlag.MSG_DONTWAIT, to);
        return sent + receiver.tryReceive(buffer, 0, buffer.length, MsgFlag.MSG_DONTWAIT);
    }
}
