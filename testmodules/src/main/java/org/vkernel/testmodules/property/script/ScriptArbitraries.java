package org.vkernel.testmodules.property.script;

import static org.vkernel.testmodules.property.script.Values.addressLengths;
import static org.vkernel.testmodules.property.script.Values.families;
import static org.vkernel.testmodules.property.script.Values.field;
import static org.vkernel.testmodules.property.script.Values.flags;
import static org.vkernel.testmodules.property.script.Values.groups;
import static org.vkernel.testmodules.property.script.Values.mostly;
import static org.vkernel.testmodules.property.script.Values.object;
import static org.vkernel.testmodules.property.script.Values.oneOf;
import static org.vkernel.testmodules.property.script.Values.portids;
import static org.vkernel.testmodules.property.script.Values.rare;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.vkernel.testmodules.property.script.Values.Field;

/** What random scripts hold. */
final class ScriptArbitraries {
    static final ImmutableList<String> NETLINK_OPTIONS =
            ImmutableList.of(
                    "NETLINK_ADD_MEMBERSHIP",
                    "NETLINK_DROP_MEMBERSHIP",
                    "NETLINK_PKTINFO",
                    "NETLINK_BROADCAST_ERROR",
                    "NETLINK_NO_ENOBUFS",
                    "NETLINK_RX_RING",
                    "NETLINK_TX_RING",
                    "NETLINK_LISTEN_ALL_NSID",
                    "NETLINK_LIST_MEMBERSHIPS",
                    "NETLINK_CAP_ACK",
                    "NETLINK_EXT_ACK",
                    "NETLINK_GET_STRICT_CHK");

    /** Those that a netlink user touches. */
    static final ImmutableList<String> USUAL_SOCKET_OPTIONS =
            ImmutableList.of(
                    "SO_RCVBUF",
                    "SO_SNDBUF",
                    "SO_RCVBUFFORCE",
                    "SO_SNDBUFFORCE",
                    "SO_PASSCRED",
                    "SO_ERROR",
                    "SO_TYPE",
                    "SO_PROTOCOL",
                    "SO_DOMAIN",
                    "SO_MEMINFO");

    static final ImmutableList<String> OTHER_SOCKET_OPTIONS =
            ImmutableList.of(
                    "SO_RCVTIMEO",
                    "SO_SNDTIMEO",
                    "SO_RCVTIMEO_NEW",
                    "SO_SNDTIMEO_NEW",
                    "SO_DEBUG",
                    "SO_REUSEADDR",
                    "SO_REUSEPORT",
                    "SO_DONTROUTE",
                    "SO_BROADCAST",
                    "SO_KEEPALIVE",
                    "SO_OOBINLINE",
                    "SO_NO_CHECK",
                    "SO_PRIORITY",
                    "SO_LINGER",
                    "SO_BSDCOMPAT",
                    "SO_PEERCRED",
                    "SO_RCVLOWAT",
                    "SO_SNDLOWAT",
                    "SO_PEERNAME",
                    "SO_TIMESTAMP",
                    "SO_TIMESTAMPNS",
                    "SO_TIMESTAMP_NEW",
                    "SO_TIMESTAMPNS_NEW",
                    "SO_ACCEPTCONN",
                    "SO_PASSSEC",
                    "SO_MARK",
                    "SO_RXQ_OVFL",
                    "SO_WIFI_STATUS",
                    "SO_PEEK_OFF",
                    "SO_NOFCS",
                    "SO_LOCK_FILTER",
                    "SO_DETACH_FILTER",
                    "SO_SELECT_ERR_QUEUE",
                    "SO_BPF_EXTENSIONS",
                    "SO_ZEROCOPY",
                    "SO_TXTIME",
                    "SO_BUF_LOCK",
                    "SO_RESERVE_MEM",
                    "SO_TXREHASH",
                    "SO_RCVMARK",
                    "SO_PASSPIDFD",
                    "SO_PEERPIDFD",
                    "SO_RCVPRIORITY",
                    "SO_PASSRIGHTS",
                    "SO_PEERGROUPS",
                    "SO_INQ");

    static final ImmutableList<String> MSG_FLAGS =
            ImmutableList.of(
                    "MSG_PEEK",
                    "MSG_TRUNC",
                    "MSG_OOB",
                    "MSG_DONTROUTE",
                    "MSG_CTRUNC",
                    "MSG_PROBE",
                    "MSG_EOR",
                    "MSG_WAITALL",
                    "MSG_FIN",
                    "MSG_SYN",
                    "MSG_CONFIRM",
                    "MSG_RST",
                    "MSG_ERRQUEUE",
                    "MSG_NOSIGNAL",
                    "MSG_MORE",
                    "MSG_WAITFORONE",
                    "MSG_BATCH",
                    "MSG_ZEROCOPY",
                    "MSG_FASTOPEN",
                    "MSG_CMSG_CLOEXEC",
                    "MSG_CMSG_COMPAT");

    static final ImmutableList<String> EVENTS =
            ImmutableList.of(
                    "IN", "OUT", "PRI", "ERR", "HUP", "RDNORM", "RDBAND", "WRNORM", "WRBAND", "MSG",
                    "RDHUP");

    private static final Arbitrary<JsonElement> MEMBERSHIPS =
            Arbitraries.frequencyOf(
                    Tuple.of(6, oneOf(1, 2, 3)),
                    Tuple.of(2, Arbitraries.integers().between(0, 33).map(Values::number)),
                    Tuple.of(1, oneOf(-1, 64, 65_536, Integer.MAX_VALUE)));

    private static final Arbitrary<JsonElement> SIZES =
            Arbitraries.frequencyOf(
                    Tuple.of(3, oneOf(0, 1000, 2304, 5000, 10_000, 40_000)),
                    Tuple.of(1, oneOf(1, 1151, 1152, 212_992, 4_194_304, 4_194_305, 8_388_608)),
                    Tuple.of(1, oneOf(-1, 1_073_741_823, Integer.MAX_VALUE, Integer.MIN_VALUE)));

    private static final Arbitrary<JsonElement> BITS =
            Arbitraries.frequencyOf(
                    Tuple.of(5, oneOf(1, 0)), Tuple.of(1, oneOf(2, 3, 4, 6, 7, -1, 256, 1 << 30)));

    private static final Arbitrary<JsonElement> OPTION_LENGTHS = oneOf(4, 0, 1, 2, 3, 5, 8, -1);

    private static final Arbitrary<JsonElement> ROOMS =
            oneOf(4, 0, 1, 2, 3, 5, 7, 8, 12, 15, 16, 35, 36, 40, 64, -1, Integer.MIN_VALUE);

    private ScriptArbitraries() {}

    /** The operations of a script on {@code protocol}. */
    static Arbitrary<PlannedOperation> operations(String protocol) {
        boolean connector = protocol.equals("NETLINK_CONNECTOR");
        return Arbitraries.frequencyOf(
                Tuple.of(2, operation(ScriptPlan.OPEN, field("type", types()))),
                Tuple.of(1, stray()),
                Tuple.of(9, bind()),
                Tuple.of(4, connect()),
                Tuple.of(3, operation("getsockname")),
                Tuple.of(2, operation("getpeername")),
                Tuple.of(9, setNetlinkOption()),
                Tuple.of(8, setSocketOption()),
                Tuple.of(1, setTimeout()),
                Tuple.of(4, getNetlinkOption()),
                Tuple.of(6, getSocketOption()),
                Tuple.of(26, send(connector)),
                Tuple.of(20, receive()),
                Tuple.of(4, operation("poll", field("events", events()))),
                Tuple.of(1, operation("ioctl", field("name", ioctls()))),
                Tuple.of(1, useless()),
                Tuple.of(1, operation("attach_filter", field("accept", accepts()))),
                Tuple.of(2, operation("close")),
                Tuple.of(2, operation("proc_net_netlink", field("protocol", oneOf(protocol)))),
                Tuple.of(connector ? 1 : 0, operation("proc_net_connector")));
    }

    private static Arbitrary<PlannedOperation> operation(String op, Field... arguments) {
        return Combinators.combine(
                        Arbitraries.integers().between(0, Values.SOCKETS - 1), object(arguments))
                .as((socket, values) -> new PlannedOperation(fewer(socket), op, values));
    }

    /** The first sockets are used most. */
    private static int fewer(int socket) {
        return socket < 4 ? socket / 2 : socket - 2 < 4 ? socket - 2 : socket;
    }

    // ---- Sockets and names ------------------------------------------------------------------

    private static Arbitrary<JsonElement> types() {
        // DGRAM and RAW, and both with SOCK_CLOEXEC and SOCK_NONBLOCK.
        return mostly(
                4,
                oneOf("SOCK_RAW", "SOCK_DGRAM"),
                oneOf(0x80003, 0x80002, 0x803, 0x802, 0x80803, 0x80802));
    }

    private static Arbitrary<PlannedOperation> stray() {
        return operation(
                ScriptPlan.SOCKET,
                field(
                        "type",
                        oneOf(
                                "SOCK_RAW",
                                "SOCK_STREAM",
                                "SOCK_DGRAM",
                                "SOCK_RDM",
                                "SOCK_SEQPACKET",
                                "SOCK_DCCP",
                                "SOCK_PACKET",
                                0,
                                7,
                                11,
                                15,
                                16,
                                -1,
                                0x1003)),
                field("protocol", oneOf("NETLINK_USERSOCK", 32, 33, 255, -1, Integer.MAX_VALUE)));
    }

    private static Arbitrary<PlannedOperation> bind() {
        return operation(
                "bind",
                field("pid", portids()),
                field("groups", groups()),
                rare("alen", 30, addressLengths()),
                rare("family", 30, families()));
    }

    private static Arbitrary<PlannedOperation> connect() {
        return operation(
                "connect",
                field("pid", portids()),
                field("groups", groups()),
                rare("alen", 20, addressLengths()),
                rare("family", 6, mostly(2, oneOf("AF_UNSPEC"), families())));
    }

    // ---- Options ----------------------------------------------------------------------------

    private static Arbitrary<PlannedOperation> setNetlinkOption() {
        Arbitrary<JsonObject> members =
                object(
                        field("level", oneOf("SOL_NETLINK")),
                        field("name", oneOf("NETLINK_ADD_MEMBERSHIP", "NETLINK_DROP_MEMBERSHIP")),
                        field("value", MEMBERSHIPS),
                        rare("len", 30, OPTION_LENGTHS));
        Arbitrary<JsonObject> others =
                object(
                        field("level", mostly(20, oneOf("SOL_NETLINK"), oneOf(0, 6, 271, -1))),
                        field(
                                "name",
                                mostly(10, oneOf(NETLINK_OPTIONS.toArray()), oneOf(0, 13, 99, -1))),
                        field("value", BITS),
                        rare("len", 20, OPTION_LENGTHS));
        return onSocket("setsockopt", Arbitraries.oneOf(members, others));
    }

    private static Arbitrary<PlannedOperation> setSocketOption() {
        Arbitrary<JsonObject> sizes =
                object(
                        field("level", oneOf("SOL_SOCKET")),
                        field(
                                "name",
                                oneOf(
                                        "SO_RCVBUF",
                                        "SO_SNDBUF",
                                        "SO_RCVBUFFORCE",
                                        "SO_SNDBUFFORCE")),
                        field("value", SIZES),
                        rare("len", 30, OPTION_LENGTHS));
        Arbitrary<JsonObject> usual =
                object(
                        field("level", oneOf("SOL_SOCKET")),
                        field("name", mostly(3, oneOf("SO_PASSCRED"), usualSocketOptions())),
                        field("value", BITS),
                        rare("len", 20, OPTION_LENGTHS));
        Arbitrary<JsonObject> others =
                object(
                        field("level", oneOf("SOL_SOCKET")),
                        field(
                                "name",
                                mostly(
                                        12,
                                        oneOf(OTHER_SOCKET_OPTIONS.toArray()),
                                        oneOf(0, 85, 100, -1))),
                        field("value", BITS),
                        rare("len", 20, oneOf(4, 0, 1, 2, 3, 5, -1)));
        return onSocket(
                "setsockopt",
                Arbitraries.frequencyOf(
                        Tuple.of(3, sizes), Tuple.of(2, usual), Tuple.of(3, others)));
    }

    private static Arbitrary<JsonElement> usualSocketOptions() {
        return oneOf(USUAL_SOCKET_OPTIONS.toArray());
    }

    private static Arbitrary<PlannedOperation> setTimeout() {
        return operation(
                "setsockopt",
                field("level", oneOf("SOL_SOCKET")),
                field(
                        "name",
                        oneOf("SO_RCVTIMEO", "SO_SNDTIMEO", "SO_RCVTIMEO_NEW", "SO_SNDTIMEO_NEW")),
                field("sec", mostly(6, oneOf(0), oneOf(1000, -1, 1L << 53, Long.MAX_VALUE))),
                field("usec", oneOf(1, 0, 3999, 4001, 1_000_000, -1)));
    }

    private static Arbitrary<PlannedOperation> getNetlinkOption() {
        return operation(
                "getsockopt",
                field("level", mostly(20, oneOf("SOL_NETLINK"), oneOf(0, 6, 271, -1))),
                field(
                        "name",
                        mostly(
                                3,
                                mostly(10, oneOf(NETLINK_OPTIONS.toArray()), oneOf(0, 13, 99, -1)),
                                oneOf("NETLINK_LIST_MEMBERSHIPS"))),
                rare("len", 4, ROOMS));
    }

    private static Arbitrary<PlannedOperation> getSocketOption() {
        return operation(
                "getsockopt",
                field("level", oneOf("SOL_SOCKET")),
                field(
                        "name",
                        Arbitraries.frequencyOf(
                                Tuple.of(4, oneOf("SO_MEMINFO", "SO_ERROR")),
                                Tuple.of(4, usualSocketOptions()),
                                Tuple.of(4, oneOf(OTHER_SOCKET_OPTIONS.toArray())),
                                Tuple.of(1, oneOf(0, 85, 100, -1)))),
                rare("len", 4, ROOMS));
    }

    private static Arbitrary<PlannedOperation> onSocket(
            String op, Arbitrary<JsonObject> arguments) {
        return Combinators.combine(Arbitraries.integers().between(0, Values.SOCKETS - 1), arguments)
                .as((socket, values) -> new PlannedOperation(fewer(socket), op, values));
    }

    // ---- Messages ---------------------------------------------------------------------------

    private static Arbitrary<PlannedOperation> send(boolean connector) {
        Arbitrary<JsonElement> to =
                object(
                                field("pid", portids()),
                                field("groups", groups()),
                                rare("alen", 40, addressLengths()),
                                rare("family", 40, families()))
                        .map(address -> address);
        Arbitrary<PlannedOperation> any =
                operation(
                        "send",
                        field("data", Values.messages()),
                        field("to", to),
                        rare("cmsg", 15, Values.controlMessages()),
                        rare("control", 200, oneOf(0, 8, 15, 16, 17, 24, 28, 31, 32, 48)),
                        field("flags", flags("MSG_DONTWAIT", 12, MSG_FLAGS)));
        Arbitrary<PlannedOperation> connected =
                operation(
                        "send",
                        field("data", Values.messages()),
                        field("flags", flags("MSG_DONTWAIT", 12, MSG_FLAGS)));
        if (!connector) {
            return Arbitraries.frequencyOf(Tuple.of(6, any), Tuple.of(1, connected));
        }
        Arbitrary<JsonElement> kernel =
                object(field("pid", oneOf(0)), field("groups", mostly(10, oneOf(0), oneOf(1))))
                        .map(address -> address);
        Arbitrary<PlannedOperation> control =
                operation(
                        "send",
                        field("data", Values.connectorMessages()),
                        field("to", kernel),
                        field("flags", flags("MSG_DONTWAIT", 30, MSG_FLAGS)));
        return Arbitraries.frequencyOf(
                Tuple.of(3, any), Tuple.of(1, connected), Tuple.of(4, control));
    }

    private static Arbitrary<PlannedOperation> receive() {
        return operation(
                "recv",
                field(
                        "len",
                        mostly(
                                4,
                                oneOf(100, 4096, 2000),
                                oneOf(0, 1, 15, 16, 20, 36, 75, 76, 1000, 8192, 32_768, 400_000))),
                field("flags", flags("MSG_DONTWAIT", 3, MSG_FLAGS)),
                rare("control", 6, oneOf(0, 8, 15, 16, 17, 20, 24, 32, 40, 44, 52, 56, 512)));
    }

    // ---- The rest ---------------------------------------------------------------------------

    private static Arbitrary<JsonElement> events() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.of(EVENTS),
                        Arbitraries.of(EVENTS))
                .as((how, first, second) -> {
                    JsonArray array = new JsonArray();
                    if (how > 0) {
                        array.add("IN");
                    }
                    if (how > 1) {
                        array.add("OUT");
                    }
                    if (how == 0 || how > 2) {
                        array.add(first);
                        array.add(second);
                    }
                    return array;
                });
    }

    private static Arbitrary<JsonElement> ioctls() {
        return oneOf("FIONREAD", "SIOCOUTQ", 0, 0x8905, 0x8906, 0x8907, 0x12345);
    }

    private static Arbitrary<PlannedOperation> useless() {
        return Arbitraries.oneOf(
                operation("listen", field("backlog", oneOf(1, 0, -1))),
                operation("accept"),
                operation("shutdown", field("how", oneOf("SHUT_RD", "SHUT_WR", "SHUT_RDWR", 7))));
    }

    private static Arbitrary<JsonElement> accepts() {
        return oneOf(4_294_967_295L, 0, 1, 10, 16, 17, 100);
    }
}
