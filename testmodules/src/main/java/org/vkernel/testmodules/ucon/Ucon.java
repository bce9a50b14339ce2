package org.vkernel.testmodules.ucon;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.process.ProcessBody;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;

/**
 * The process that talks to {@code cn_test}: it listens to all groups of the connector and writes a
 * line for each message, or sends ten thousand messages to {@code cn_test}'s first id.
 *
 * <p>Models samples/connector/ucon.c. N.B. as where a C program's standard output is no terminal,
 * what it prints is seen when it ends, and lost if it is killed; a file's lines are there at once.
 */
public final class Ucon implements ProcessBody {
    private static final CbId CN_TEST = CbId.of(ConnectorId.CN_NETLINK_USERS + 3, 0x456);
    private static final int ALL_GROUPS = -1;
    private static final int BUFFER_SIZE = 1024;
    private static final int LOTS = 10;
    private static final int MESSAGES_IN_A_LOT = 1000;

    /** As {@code ctime()} prints it. */
    private static final DateTimeFormatter CTIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH);

    private final boolean isSender;
    private final @Nullable Consumer<String> file;

    private Ucon(boolean isSender, @Nullable Consumer<String> file) {
        this.isSender = isSender;
        this.file = file;
    }

    /** {@code ucon}: prints what it hears. */
    public static Ucon listener() {
        return new Ucon(false, null);
    }

    /** {@code ucon FILE}: appends what it hears to a file, a line at a time. */
    public static Ucon listener(Consumer<String> file) {
        return new Ucon(false, file);
    }

    /** {@code ucon -s}: sends. */
    public static Ucon sender() {
        return new Ucon(true, null);
    }

    @Override
    public void run(UserProcess process) {
        List<String> stdout = new ArrayList<>();
        try (var socket =
                NetlinkSocket.open(
                        process, SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR)) {
            stdout.add(
                    "subscribing to "
                            + Integer.toUnsignedString(CN_TEST.idx())
                            + "."
                            + Integer.toUnsignedString(CN_TEST.val()));
            socket.bind(NetlinkSocket.AUTO, ALL_GROUPS);
            if (isSender) {
                sendAll(process, socket, stdout);
            } else {
                listen(process, socket, file == null ? stdout::add : file);
            }
        }
        stdout.forEach(process::print);
    }

    private static void sendAll(UserProcess process, NetlinkSocket socket, List<String> stdout) {
        CnMsg message = CnMsg.builder(CN_TEST).build();
        int sequence = 0;
        for (int lot = 0; lot < LOTS; lot++) {
            for (int i = 0; i < MESSAGES_IN_A_LOT; i++) {
                byte[] bytes =
                        NlMsg.builder()
                                .type(NlmsgType.NLMSG_DONE)
                                .seq(sequence++)
                                .pid(process.tgid())
                                .payload(message.bytes())
                                .toByteArray();
                int sent = socket.trySend(bytes, 0, bytes.length, 0, NetlinkAddress.KERNEL);
                if (sent < 0) {
                    stdout.add("Failed to send: %s [%d].".formatted(Errno.text(-sent), -sent));
                }
            }
            stdout.add(
                    "%d messages have been sent to %08x.%08x."
                            .formatted(MESSAGES_IN_A_LOT, CN_TEST.idx(), CN_TEST.val()));
        }
    }

    /** Goes on until the process is killed, or a receive fails: if it was overrun, for example. */
    private static void listen(UserProcess process, NetlinkSocket socket, Consumer<String> out) {
        byte[] buffer = new byte[BUFFER_SIZE];
        for (; ; ) {
            int length = socket.tryReceive(buffer, 0, buffer.length, 0);
            if (length < 0) {
                process.print("recv buf: " + Errno.text(-length));
                return;
            }
            NlMsg reply = NlMsg.parse(buffer);
            switch (reply.type()) {
                case NlmsgType.NLMSG_ERROR -> out.accept("Error message received.");
                case NlmsgType.NLMSG_DONE -> out.accept(line(process, CnMsg.parse(reply)));
                default -> {}
            }
        }
    }

    private static String line(UserProcess process, CnMsg message) {
        return "%s : [%x.%x] [%08d.%08d]."
                .formatted(
                        now(process),
                        message.idx(),
                        message.val(),
                        Integer.toUnsignedLong(message.seq()),
                        Integer.toUnsignedLong(message.ack()));
    }

    /** The date, if the kernel was booted at the begin of 1970. */
    private static String now(UserProcess process) {
        long seconds = process.kernel().clock().ns() / 1_000_000_000;
        return CTIME.format(Instant.ofEpochSecond(seconds).atOffset(ZoneOffset.UTC));
    }
}
