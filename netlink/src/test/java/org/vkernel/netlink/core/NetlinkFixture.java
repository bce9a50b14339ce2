package org.vkernel.netlink.core;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;

/** A kernel with a protocol of its own, whose kernel socket tests use as a module would. */
final class NetlinkFixture implements AutoCloseable {
    /** A protocol that nobody else uses. */
    static final int PROTOCOL = 17;

    final VirtualKernel kernel;
    final Netlink netlink;
    final NetlinkSock kernelSocket;

    private NetlinkFixture(KernelConfig config, NetlinkKernelConfig protocol) {
        kernel = VirtualKernel.boot(config);
        netlink = kernel.use(Netlink.class);
        kernelSocket = requireNonNull(kernel.call(() -> netlink.kernelCreate(PROTOCOL, protocol)));
    }

    static NetlinkFixture boot() {
        return boot(KernelConfig.simulated(1));
    }

    static NetlinkFixture boot(KernelConfig config) {
        return boot(config, setup -> setup);
    }

    static NetlinkFixture boot(KernelConfig config, UnaryOperator<NetlinkKernelConfig> setUp) {
        return new NetlinkFixture(config, setUp.apply(NetlinkKernelConfig.DEFAULT));
    }

    /** A socket of init. */
    NetlinkSocket open() {
        return open(kernel.init());
    }

    NetlinkSocket open(UserProcess process) {
        return NetlinkSocket.open(process, SocketType.SOCK_RAW, PROTOCOL);
    }

    /** A socket of init that is a member of {@code groups}. */
    NetlinkSocket member(int portid, int... groups) {
        NetlinkSocket socket = open();
        socket.bind(portid, NetlinkSocket.groups(groups));
        return socket;
    }

    /** A message of the kernel's, {@code size} times {@code filler}. Context: in the kernel. */
    SkBuff message(int size, int filler) {
        SkBuff skb = requireNonNull(kernel.skbs().alloc(size, GfpMask.KERNEL));
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) filler);
        skb.putData(bytes, 0, size);
        return skb;
    }

    int broadcast(int size, int filler, int portid, int group) {
        return kernel.call(() ->
                netlink.broadcast(
                        kernelSocket, message(size, filler), portid, group, GfpMask.KERNEL));
    }

    int unicast(int size, int filler, int portid) {
        return kernel.call(
                () -> netlink.unicast(kernelSocket, message(size, filler), portid, true));
    }

    /** The first byte of the next message, or the negative errno. */
    static int next(NetlinkSocket socket) {
        byte[] buffer = new byte[70_000];
        int length = socket.tryReceive(buffer, 0, buffer.length, MsgFlag.MSG_DONTWAIT);
        return length < 0 ? length : buffer[0];
    }

    @Override
    public void close() {
        if (!kernel.hasEnded()) {
            kernel.run(() -> netlink.kernelRelease(kernelSocket));
        }
        kernel.close();
    }
}
