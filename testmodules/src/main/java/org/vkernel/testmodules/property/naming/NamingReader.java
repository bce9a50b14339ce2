package org.vkernel.testmodules.property.naming;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.user.ReceivedMessage;
import org.vkernel.netlink.wire.LittleEndian;

/** Reads what a process's sockets have got, and compares it with the model. */
final class NamingReader {
    /** Of a message; its first words are whose it is, and which one. */
    static final int BYTES = 20;

    /** So much is read at least. */
    static final int LEAST = 8;

    private final int process;

    NamingReader(int process) {
        this.process = process;
    }

    /** A message of the process. */
    byte[] message(int number) {
        byte[] bytes = new byte[BYTES];
        LittleEndian.putU32(bytes, 0, process);
        LittleEndian.putU32(bytes, Integer.BYTES, number);
        return bytes;
    }

    /**
     * Reads a socket empty; what others have sent is passed over.
     *
     * @param room how many bytes are asked for
     * @param whole whether the length of the whole message is
     * @return what is wrong, or nothing
     */
    String read(NetlinkSocket socket, SocketModel model, int room, boolean whole) {
        boolean asksGroup =
                socket.getsockopt(NetlinkOption.SOL_NETLINK, NetlinkOption.NETLINK_PKTINFO) != 0;
        List<String> expected = new ArrayList<>();
        for (SocketModel.Due due : model.takeDue()) {
            byte[] bytes = Arrays.copyOf(message(due.number()), Math.min(room, BYTES));
            int mask = due.group() == 0 || due.group() > Integer.SIZE ? 0 : 1 << (due.group() - 1);
            expected.add(
                    text(
                            bytes,
                            whole ? BYTES : bytes.length,
                            room < BYTES,
                            due.from() == null ? 0 : due.from().portid(),
                            mask,
                            asksGroup ? due.group() : -1));
        }
        List<String> read = readAll(socket, room, whole);
        return read.equals(expected)
                ? ""
                : model.portid() + " expects " + expected + ", reads " + read;
    }

    private List<String> readAll(NetlinkSocket socket, int room, boolean whole) {
        List<String> read = new ArrayList<>();
        int flags = MsgFlag.MSG_DONTWAIT | (whole ? MsgFlag.MSG_TRUNC : 0);
        try {
            while (true) {
                ReceivedMessage message = socket.recvmsg(room, flags);
                if (LittleEndian.u32(message.data(), 0) == process) {
                    read.add(
                            text(
                                    message.data(),
                                    message.length(),
                                    message.isTruncated(),
                                    message.from().pid(),
                                    message.from().groups(),
                                    message.group().orElse(-1)));
                }
            }
        } catch (ErrnoException end) {
            if (end.errno() != Errno.EAGAIN) {
                read.add(String.valueOf(end.getMessage()));
            }
        }
        return read;
    }

    private static String text(
            byte[] bytes, int length, boolean isCut, int from, int mask, int group) {
        return "%s, %d bytes%s from %d, groups %#x, group %d"
                .formatted(
                        Arrays.toString(bytes), length, isCut ? ", cut," : "", from, mask, group);
    }
}
