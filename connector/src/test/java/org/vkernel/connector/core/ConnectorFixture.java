package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vkernel.netlink.user.NetlinkSocket.AUTO;
import static org.vkernel.netlink.user.NetlinkSocket.groups;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.NlMsgHeader;
import org.vkernel.netlink.wire.SkBuffBytes;

/** A booted kernel with the connector, and short forms for calling it from the host as init. */
final class ConnectorFixture implements AutoCloseable {
    final VirtualKernel kernel;
    final Connector connector;
    final List<String> log = new ArrayList<>();

    private ConnectorFixture(KernelConfig config, String... params) {
        kernel = VirtualKernel.boot(config.log(log::add));
        kernel.insmod(ConnectorModule.class, params);
        connector = kernel.use(Connector.class);
    }

    static ConnectorFixture boot() {
        return boot(KernelConfig.simulated(1));
    }

    static ConnectorFixture boot(Profile profile) {
        return boot(KernelConfig.simulated(1).profile(profile));
    }

    /** Boots with parameters of the connector's module, {@code name=value} each. */
    static ConnectorFixture boot(KernelConfig config, String... params) {
        return new ConnectorFixture(config, params);
    }

    int add(CbId id, String name) {
        return add(id, name, (message, sender) -> {});
    }

    int add(CbId id, String name, ConnectorCallback callback) {
        return kernel.call(() -> connector.addCallback(id, name, callback));
    }

    void del(CbId id) {
        kernel.run(() -> connector.delCallback(id));
    }

    /** {@code cn_netlink_send()} with GFP_KERNEL. */
    int send(CnMsg message, int portid, int group) {
        return send(message, portid, group, GfpMask.KERNEL);
    }

    int send(CnMsg message, int portid, int group, GfpMask gfp) {
        return kernel.call(() -> connector.netlinkSend(message, portid, group, gfp));
    }

    /** A socket of init on the connector, not bound. */
    NetlinkSocket socket() {
        return NetlinkSocket.open(
                kernel.init(), SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
    }

    /** A socket of init that is bound, with these groups. */
    NetlinkSocket member(int... joined) {
        NetlinkSocket socket = socket();
        socket.bind(AUTO, groups(joined));
        return socket;
    }

    /** Sends a whole netlink message with {@code message} to the kernel; what send returned. */
    static int toKernel(NetlinkSocket socket, CnMsg message) {
        return socket.sendTo(message.toNlMsg(0).toByteArray(), NetlinkAddress.KERNEL);
    }

    /** Sends a whole netlink message to the connector from within the kernel, as a module does. */
    int toItself(CnMsg message) {
        byte[] bytes = message.toByteArray();
        return kernel.call(() -> {
            int space = NlMsgHeader.align(NlMsgHeader.length(bytes.length));
            SkBuff skb = Objects.requireNonNull(kernel.skbs().alloc(space, GfpMask.KERNEL));
            assertTrue(SkBuffBytes.put(skb, 0, 0, NlmsgType.NLMSG_DONE, 0, bytes));
            return kernel.use(Netlink.class).unicast(connector.socket(), skb, 0, true);
        });
    }

    /** The next message that is queued, or null. */
    static @Nullable CnMsg next(NetlinkSocket socket) {
        byte[] bytes = nextBytes(socket);
        return bytes == null ? null : CnMsg.parse(NlMsg.parse(bytes));
    }

    /** The bytes of the next message that is queued, or null. */
    static byte @Nullable [] nextBytes(NetlinkSocket socket) {
        return socket.isReadable() ? socket.receive(1 << 17, MsgFlag.MSG_DONTWAIT) : null;
    }

    /** Fails if the connector's parts do not fit together. */
    void checkInvariants() {
        kernel.run(() -> Objects.requireNonNull(connector.queue()).checkInvariants());
    }

    String procConnector() {
        return kernel.readProc("/proc/net/connector");
    }

    @Override
    public void close() {
        kernel.close();
    }
}
