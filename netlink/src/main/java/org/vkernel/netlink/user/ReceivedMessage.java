package org.vkernel.netlink.user;

import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.wire.ControlBuffer;
import org.vkernel.netlink.wire.NetlinkAddress;

/**
 * A received message with all that {@code recvmsg()} tells.
 *
 * @param data what was copied of it
 * @param length what the call returned: more than {@code data} holds where MSG_TRUNC was asked for
 * @param from who sent it, and the group it was sent to
 * @param flags {@code msg_flags}
 * @param group the group that it was sent to, where NETLINK_PKTINFO is on
 * @param creds who sent it, where SO_PASSCRED is on; null else
 * @param control all control messages, in their order
 */
public record ReceivedMessage(
        byte[] data,
        int length,
        NetlinkAddress from,
        int flags,
        OptionalInt group,
        @Nullable Credentials creds,
        List<ControlBuffer.Message> control) {
    /** The identity of a sender; all 0 for the kernel. */
    public record Credentials(int pid, int uid, int gid) {}

    /** Whether the buffer was too short for it. */
    public boolean isTruncated() {
        return (flags & MsgFlag.MSG_TRUNC) != 0;
    }
}
