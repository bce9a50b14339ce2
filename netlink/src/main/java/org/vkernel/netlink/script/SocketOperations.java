package org.vkernel.netlink.script;

import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.ControlMessage;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.PollBit;
import org.vkernel.netlink.abi.SockaddrNlLayout;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.core.MsgHdr;
import org.vkernel.netlink.core.OptionValue;
import org.vkernel.netlink.wire.ControlBuffer;
import org.vkernel.netlink.wire.LittleEndian;
import org.vkernel.netlink.wire.SentControl;
import org.vkernel.netlink.wire.SockaddrNl;
import org.vkernel.netlink.wire.Ucred;

/** The operations of a user process on its sockets. */
final class SocketOperations {
    private static final int CONTROL_BYTES = 512;
    private static final int LIST_BYTES = 64;

    /** What would wait this long is not made. */
    private static final int LONGEST_WAIT_SECONDS = 60;

    private SocketOperations() {}

    static ImmutableMap<String, ScriptOperation> all() {
        return ImmutableMap.<String, ScriptOperation>builder()
                .put("socket", SocketOperations::socket)
                .put("bind", SocketOperations::bind)
                .put("connect", SocketOperations::connect)
                .put("getsockname", (session, line) -> name(session, line, false))
                .put("getpeername", (session, line) -> name(session, line, true))
                .put("setsockopt", SocketOperations::setsockopt)
                .put("getsockopt", SocketOperations::getsockopt)
                .put("attach_filter", SocketOperations::attachFilter)
                .put("send", SocketOperations::send)
                .put("recv", SocketOperations::recv)
                .put("poll", SocketOperations::poll)
                .put("ioctl", SocketOperations::ioctl)
                .put("listen", SocketOperations::listen)
                .put("accept", SocketOperations::accept)
                .put("shutdown", SocketOperations::shutdown)
                .put("close", SocketOperations::close)
                .put("proc_net_netlink", SocketOperations::procNetNetlink)
                .buildOrThrow();
    }

    private static int integer(JsonObject line, String name, int otherwise) {
        JsonElement value = line.get(name);
        return value == null ? otherwise : (int) value.getAsLong();
    }

    // ---- Sockets and names ------------------------------------------------------------------

    private static JsonObject socket(ScriptSession session, JsonObject line) {
        String name = line.get("s").getAsString();
        int type = ScriptConstants.TYPE.parse(line.get("type"));
        int protocol = ScriptConstants.PROTOCOL.parse(line.get("protocol"));
        int fd = session.provider().socket(type, protocol);
        // One that could not be opened is no descriptor: EBADF.
        session.open(name, Math.max(fd, -1));
        if ((type & SocketType.SOCK_NONBLOCK) != 0) {
            session.setNeverWaiting(name);
        }
        return ScriptSession.answer(Math.min(fd, 0));
    }

    private static SockaddrNl address(ScriptSession session, JsonObject line) {
        JsonElement family = line.get("family");
        return new SockaddrNl(
                integer(line, "alen", SockaddrNlLayout.SIZE),
                family == null ? AddressFamily.AF_NETLINK : ScriptConstants.FAMILY.parse(family),
                session.parsePortid(line.get("pid")),
                integer(line, "groups", 0));
    }

    private static JsonObject bind(ScriptSession session, JsonObject line) {
        SockaddrNl address = address(session, line);
        int result = session.provider().bind(session.fd(line), address);
        session.notePortid(line, address.pid());
        return ScriptSession.answer(result);
    }

    private static JsonObject connect(ScriptSession session, JsonObject line) {
        int result = session.provider().connect(session.fd(line), address(session, line));
        session.notePortid(line, 0);
        return ScriptSession.answer(result);
    }

    private static JsonObject name(ScriptSession session, JsonObject line, boolean peer) {
        MsgHdr name = new MsgHdr(null);
        int fd = session.fd(line);
        int result =
                peer
                        ? session.provider().getpeername(fd, name)
                        : session.provider().getsockname(fd, name);
        JsonObject answer = ScriptSession.answer(result);
        if (result == 0) {
            answer.add("out", nameOf(session, name));
        }
        return answer;
    }

    private static JsonObject nameOf(ScriptSession session, MsgHdr name) {
        JsonObject out = new JsonObject();
        out.add("pid", session.formatPortid(name.pid()));
        out.addProperty("groups", Integer.toUnsignedLong(name.groups()));
        return out;
    }

    private static JsonObject close(ScriptSession session, JsonObject line) {
        int result = session.provider().close(session.fd(line));
        session.close(line);
        return ScriptSession.answer(result);
    }

    // ---- Options ----------------------------------------------------------------------------

    /** Names of either kind, whatever the level: what is asked of the wrong level fails. */
    private static int optionName(JsonObject line) {
        JsonElement name = line.get("name");
        ScriptConstants names =
                name.getAsString().startsWith("NETLINK_")
                        ? ScriptConstants.NETLINK_NAME
                        : ScriptConstants.SOCKET_NAME;
        return names.parse(name);
    }

    private static JsonObject setsockopt(ScriptSession session, JsonObject line) {
        int level = ScriptConstants.LEVEL.parse(line.get("level"));
        if (line.has("sec")) {
            return setTimeout(session, line, optionName(line));
        }
        return ScriptSession.answer(
                session.provider()
                        .setsockopt(
                                session.fd(line),
                                level,
                                optionName(line),
                                integer(line, "value", 0),
                                integer(line, "len", Integer.BYTES)));
    }

    private static JsonObject setTimeout(ScriptSession session, JsonObject line, int name) {
        long seconds = line.get("sec").getAsLong();
        long micros = line.get("usec").getAsLong();
        int result = session.provider().setTimeout(session.fd(line), name, seconds, micros);
        if (result == 0) {
            boolean receiving =
                    name == SocketOption.SO_RCVTIMEO || name == SocketOption.SO_RCVTIMEO_NEW;
            boolean ends = (seconds | micros) != 0 && seconds < LONGEST_WAIT_SECONDS;
            session.setTimeout(line.get("s").getAsString(), receiving, ends);
        }
        return ScriptSession.answer(result);
    }

    private static boolean isList(int level, int name) {
        if (level == NetlinkOption.SOL_NETLINK) {
            return name == NetlinkOption.NETLINK_LIST_MEMBERSHIPS;
        }
        return switch (name) {
            case SocketOption.SO_MEMINFO,
                    SocketOption.SO_RCVTIMEO,
                    SocketOption.SO_SNDTIMEO,
                    SocketOption.SO_RCVTIMEO_NEW,
                    SocketOption.SO_SNDTIMEO_NEW ->
                    true;
            default -> false;
        };
    }

    private static JsonObject getsockopt(ScriptSession session, JsonObject line) {
        int level = ScriptConstants.LEVEL.parse(line.get("level"));
        int name = optionName(line);
        boolean isList = isList(level, name);
        int length = integer(line, "len", isList ? LIST_BYTES : Integer.BYTES);
        OptionValue value = new OptionValue();
        int result = session.provider().getsockopt(session.fd(line), level, name, length, value);
        JsonObject answer = ScriptSession.answer(result);
        if (result == 0) {
            JsonObject out = new JsonObject();
            if (isList) {
                out.add("values", words(value, length));
            } else {
                out.addProperty("value", firstBytes(value));
            }
            out.addProperty("len", value.length());
            answer.add("out", out);
        }
        return answer;
    }

    private static JsonArray words(OptionValue value, int length) {
        JsonArray array = new JsonArray();
        int copied = Math.min(value.length(), Math.max(length, 0)) / Integer.BYTES;
        int[] words = value.words();
        for (int i = 0; i < Math.min(copied, words.length); i++) {
            array.add(Integer.toUnsignedLong(words[i]));
        }
        return array;
    }

    /** The first word, as far as it was copied into zeros. */
    private static int firstBytes(OptionValue value) {
        int[] words = value.words();
        int copied = Math.min(value.length(), Integer.BYTES);
        if (copied == 0 || words.length == 0) {
            return 0;
        }
        return copied == Integer.BYTES ? words[0] : words[0] & ((1 << (copied * Byte.SIZE)) - 1);
    }

    private static JsonObject attachFilter(ScriptSession session, JsonObject line) {
        return ScriptSession.answer(
                session.provider().attachFilter(session.fd(line), integer(line, "accept", 0)));
    }

    // ---- Messages ---------------------------------------------------------------------------

    private static JsonObject send(ScriptSession session, JsonObject line) {
        byte[] data = HexText.parse(line.get("data").getAsString());
        JsonElement to = line.get("to");
        SockaddrNl address = to == null ? null : address(session, to.getAsJsonObject());
        int flags = ScriptConstants.FLAG.parseFlags(line.get("flags"));
        int fd = session.fd(line);
        boolean mayBlock = mayBlock(session, line, flags, false);
        // A refusal for lack of room leaves nothing behind: what then would wait is told by it.
        int tried = mayBlock ? flags | MsgFlag.MSG_DONTWAIT : flags;
        int result =
                session.provider()
                        .send(fd, data, 0, data.length, tried, address, control(session, line));
        session.notePortid(line, 0);
        return mayBlock && result == -Errno.EAGAIN
                ? ScriptSession.blocks()
                : ScriptSession.answer(result);
    }

    /** The control messages of a send, as a recv would show them. */
    private static byte @Nullable [] control(ScriptSession session, JsonObject line) {
        JsonElement listed = line.get("cmsg");
        if (listed == null) {
            return null;
        }
        List<ControlBuffer.Message> messages = new ArrayList<>();
        for (JsonElement element : listed.getAsJsonArray()) {
            JsonObject message = element.getAsJsonObject();
            JsonElement creds = message.get("creds");
            messages.add(
                    creds != null
                            ? new ControlBuffer.Message(
                                    SocketOption.SOL_SOCKET,
                                    ControlMessage.SCM_CREDENTIALS,
                                    ucred(session, creds.getAsJsonObject()).toBytes())
                            : new ControlBuffer.Message(
                                    ScriptConstants.LEVEL.parse(message.get("level")),
                                    integer(message, "type", 0),
                                    HexText.parse(message.get("data").getAsString())));
        }
        byte[] bytes = SentControl.build(messages);
        int length = integer(line, "control", bytes.length);
        return Arrays.copyOf(bytes, length);
    }

    private static Ucred ucred(ScriptSession session, JsonObject creds) {
        return new Ucred(
                session.parsePortid(creds.get("pid")),
                integer(creds, "uid", 0),
                integer(creds, "gid", 0));
    }

    /** Whether a call without room or message waits until somebody else does something. */
    private static boolean mayBlock(
            ScriptSession session, JsonObject line, int flags, boolean receiving) {
        String name = line.get("s").getAsString();
        return (flags & (MsgFlag.MSG_DONTWAIT | MsgFlag.MSG_OOB | MsgFlag.MSG_CMSG_COMPAT)) == 0
                && !session.neverWaits(name)
                && !session.hasTimeout(name, receiving);
    }

    private static JsonObject recv(ScriptSession session, JsonObject line) {
        int length = integer(line, "len", 0);
        int flags = ScriptConstants.FLAG.parseFlags(line.get("flags"));
        int fd = session.fd(line);
        if (mayBlock(session, line, flags, true)
                && session.provider().poll(fd, PollBit.POLLIN, 0) == 0) {
            return ScriptSession.blocks();
        }
        byte[] buffer = new byte[length];
        int controlBytes = integer(line, "control", CONTROL_BYTES);
        ControlBuffer control = controlBytes == 0 ? null : new ControlBuffer(controlBytes);
        MsgHdr header = new MsgHdr(control);
        int result = session.provider().receive(fd, buffer, 0, length, flags, header);
        JsonObject answer = ScriptSession.answer(result);
        if (result >= 0) {
            JsonObject out = new JsonObject();
            byte[] data = Arrays.copyOf(buffer, Math.min(result, length));
            out.addProperty("data", HexText.format(data));
            out.add("from", nameOf(session, header));
            out.add("flags", ScriptConstants.FLAG.formatFlags(header.flags()));
            addControl(session, out, control);
            answer.add("out", out);
        }
        return answer;
    }

    private static void addControl(
            ScriptSession session, JsonObject out, @Nullable ControlBuffer control) {
        if (control == null) {
            return;
        }
        JsonArray others = new JsonArray();
        for (ControlBuffer.Message message : control.messages()) {
            byte[] data = message.data();
            if (message.level() == NetlinkOption.SOL_NETLINK
                    && message.type() == NetlinkOption.NETLINK_PKTINFO
                    && data.length == NetlinkOption.NL_PKTINFO_SIZE) {
                out.addProperty(
                        "group",
                        Integer.toUnsignedLong(
                                LittleEndian.u32(data, NetlinkOption.NL_PKTINFO_GROUP)));
            } else if (message.level() == SocketOption.SOL_SOCKET
                    && message.type() == ControlMessage.SCM_CREDENTIALS
                    && data.length == ControlMessage.UCRED_SIZE) {
                out.add("creds", creds(session, data));
            } else {
                JsonObject other = new JsonObject();
                other.addProperty("level", message.level());
                other.addProperty("type", message.type());
                other.addProperty("data", HexText.format(data));
                others.add(other);
            }
        }
        if (!others.isEmpty()) {
            out.add("cmsg", others);
        }
    }

    private static JsonObject creds(ScriptSession session, byte[] data) {
        Ucred ucred = Ucred.parse(data);
        JsonObject creds = new JsonObject();
        creds.add("pid", session.formatPortid(ucred.pid()));
        creds.addProperty("uid", Integer.toUnsignedLong(ucred.uid()));
        creds.addProperty("gid", Integer.toUnsignedLong(ucred.gid()));
        return creds;
    }

    // ---- The rest ---------------------------------------------------------------------------

    private static JsonObject poll(ScriptSession session, JsonObject line) {
        int events = ScriptConstants.EVENT.parseFlags(line.get("events"));
        int ready = session.provider().poll(session.fd(line), events, 0);
        JsonObject answer = ScriptSession.answer(Math.min(ready, 1));
        if (ready >= 0) {
            JsonObject out = new JsonObject();
            out.add("revents", ScriptConstants.EVENT.formatFlags(ready));
            answer.add("out", out);
        }
        return answer;
    }

    private static JsonObject ioctl(ScriptSession session, JsonObject line) {
        int request = ScriptConstants.IOCTL.parse(line.get("name"));
        int result = session.provider().ioctl(session.fd(line), request);
        JsonObject answer = ScriptSession.answer(Math.min(result, 0));
        if (result >= 0) {
            JsonObject out = new JsonObject();
            out.addProperty("value", result);
            answer.add("out", out);
        }
        return answer;
    }

    private static JsonObject listen(ScriptSession session, JsonObject line) {
        int backlog = integer(line, "backlog", 0);
        return ScriptSession.answer(session.provider().listen(session.fd(line), backlog));
    }

    private static JsonObject accept(ScriptSession session, JsonObject line) {
        return ScriptSession.answer(session.provider().accept(session.fd(line)));
    }

    private static JsonObject shutdown(ScriptSession session, JsonObject line) {
        int how = ScriptConstants.HOW.parse(line.get("how"));
        return ScriptSession.answer(session.provider().shutdown(session.fd(line), how));
    }

    /** The rows of one protocol's sockets of processes, in the order of their creation. */
    private static JsonObject procNetNetlink(ScriptSession session, JsonObject line) {
        int protocol = ScriptConstants.PROTOCOL.parse(line.get("protocol"));
        List<String[]> rows = new ArrayList<>();
        for (String text : session.readFile("/proc/net/netlink").lines().skip(1).toList()) {
            String[] columns = text.trim().split(" +", -1);
            if (Integer.parseInt(columns[1]) == protocol && !columns[2].equals("0")) {
                rows.add(columns);
            }
        }
        rows.sort(Comparator.comparingLong(columns -> Long.parseLong(columns[9])));
        JsonArray array = new JsonArray();
        for (String[] columns : rows) {
            JsonObject row = new JsonObject();
            row.add("pid", session.formatPortid(Integer.parseUnsignedInt(columns[2])));
            row.addProperty("groups", columns[3]);
            row.addProperty("rmem", Long.parseLong(columns[4]));
            row.addProperty("wmem", Long.parseLong(columns[5]));
            row.addProperty("dump", Long.parseLong(columns[6]));
            row.addProperty("drops", Long.parseLong(columns[8]));
            array.add(row);
        }
        JsonObject out = new JsonObject();
        out.add("rows", array);
        JsonObject answer = ScriptSession.answer(0);
        answer.add("out", out);
        return answer;
    }
}
