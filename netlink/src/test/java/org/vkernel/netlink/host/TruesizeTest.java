package org.vkernel.netlink.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.vkernel.netlink.abi.NetlinkProtocol.NETLINK_USERSOCK;
import static org.vkernel.netlink.abi.SocketType.SOCK_RAW;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.SkMeminfo;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.core.OptionValue;
import org.vkernel.netlink.user.NetlinkProvider;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * What a receiver is charged for messages of each size, by {@code SO_MEMINFO}: the same on the
 * host's kernel and on a virtual one, to the byte.
 *
 * <p>A prime step meets all places of the steps in the function; the long test does every size.
 */
class TruesizeTest {
    private static final int MAX = 300_000;
    private static final int STEP = 61;
    private static final int PORTID = 5_000_001;
    private static final int GROUP = 1;

    @Test
    void truesize_ofManySizes_isTheHosts() throws Exception {
        compare(STEP);
    }

    @Tag("long")
    @Test
    void truesize_ofEverySize_isTheHosts() throws Exception {
        compare(1);
    }

    private static void compare(int step) throws Exception {
        int[][] charged = new int[2][2 * (MAX / step) + 2];
        try {
            new TwinHost().run(process -> measure(process.provider(), step, charged[0]));
        } catch (HostUnavailableException e) {
            abort(e.getMessage());
        }
        TwinKernel.simulated(1).run(process -> measure(process.provider(), step, charged[1]));
        assertArrayEquals(charged[0], charged[1]);
    }

    /** Sends one message of each size, without and with a group. */
    private static void measure(NetlinkProvider calls, int step, int[] charged) {
        int receiver = calls.socket(SOCK_RAW, NETLINK_USERSOCK);
        assertEquals(0, calls.bind(receiver, SockaddrNl.of(PORTID, 1 << (GROUP - 1))));
        int sender = calls.socket(SOCK_RAW, NETLINK_USERSOCK);
        int level = SocketOption.SOL_SOCKET;
        assertEquals(0, calls.setsockopt(sender, level, SocketOption.SO_SNDBUF, 2 * MAX, 4));
        SockaddrNl unicast = SockaddrNl.of(PORTID, 0);
        SockaddrNl multicast = SockaddrNl.of(0, 1 << (GROUP - 1));
        byte[] data = new byte[MAX];
        OptionValue meminfo = new OptionValue();
        int at = 0;
        for (int size = 1; size <= MAX; size += step) {
            for (SockaddrNl to : new SockaddrNl[] {unicast, multicast}) {
                int sent = calls.send(sender, data, 0, size, MsgFlag.MSG_DONTWAIT, to);
                assertEquals(to.equals(unicast) ? size : -Errno.ECONNREFUSED, sent);
                int length = SkMeminfo.SK_MEMINFO_VARS * Integer.BYTES;
                assertEquals(
                        0,
                        calls.getsockopt(
                                receiver, level, SocketOption.SO_MEMINFO, length, meminfo));
                charged[at++] = meminfo.words()[SkMeminfo.SK_MEMINFO_RMEM_ALLOC];
                int flags = MsgFlag.MSG_DONTWAIT;
                assertEquals(0, calls.receive(receiver, data, 0, 0, flags, null));
            }
        }
    }
}
