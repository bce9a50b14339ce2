package org.vkernel.netlink.script;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.core.MsgHdr;
import org.vkernel.netlink.user.KernelNetlink;
import org.vkernel.netlink.user.NetlinkProvider;

/**
 * What one process has done in the course of a script: its sockets by name, and the port ids that
 * the kernel chose for them.
 */
public final class ScriptSession implements AutoCloseable {
    private static final String TGID = "$tgid";

    private final NetlinkProvider provider;
    private final int tgid;
    private final UnaryOperator<String> files;
    private final @Nullable UserProcess process;
    private final Map<Class<?>, AutoCloseable> parts = new LinkedHashMap<>();
    private final Map<String, Integer> descriptors = new LinkedHashMap<>();
    private final Set<String> neverWaiting = new LinkedHashSet<>();
    private final Set<String> receiveTimeouts = new LinkedHashSet<>();
    private final Set<String> sendTimeouts = new LinkedHashSet<>();
    private final Map<String, Integer> lastPortids = new LinkedHashMap<>();
    private final Map<Integer, String> chosenBy = new LinkedHashMap<>();
    private final Set<String> namedAsTgid = new LinkedHashSet<>();

    /**
     * Begins a session.
     *
     * @param provider the process's system calls
     * @param tgid its process id
     * @param files reads a file below {@code /proc}
     */
    public ScriptSession(NetlinkProvider provider, int tgid, UnaryOperator<String> files) {
        this(provider, tgid, files, null);
    }

    /** Begins a session of a process of a virtual kernel. */
    public ScriptSession(UserProcess process) {
        this(new KernelNetlink(process), process.tgid(), process::readFile, process);
    }

    private ScriptSession(
            NetlinkProvider provider,
            int tgid,
            UnaryOperator<String> files,
            @Nullable UserProcess process) {
        this.provider = provider;
        this.tgid = tgid;
        this.files = files;
        this.process = process;
    }

    /**
     * The process, for operations that are done inside of a virtual kernel.
     *
     * @throws ScriptFormatException if the session is one with another kernel
     */
    public UserProcess process() {
        if (process == null) {
            throw new ScriptFormatException("this can be done on a virtual kernel only");
        }
        return process;
    }

    /**
     * What operations of one kind remember of the session, made at the first call; closed with the
     * session.
     */
    public <T extends AutoCloseable> T part(Class<T> type, Function<ScriptSession, T> make) {
        AutoCloseable part = parts.get(type);
        if (part == null) {
            part = make.apply(this);
            parts.put(type, part);
        }
        return type.cast(part);
    }

    /** Ends the session; its sockets stay as they are. */
    @Override
    public void close() {
        for (AutoCloseable part : parts.values()) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException("the end of a script", e);
            }
        }
    }

    public NetlinkProvider provider() {
        return provider;
    }

    /** The text of a file below {@code /proc}. */
    public String readFile(String path) {
        return files.apply(path);
    }

    // ---- Sockets ----------------------------------------------------------------------------

    /** Gives a descriptor a name. */
    public void open(String name, int fd) {
        descriptors.put(name, fd);
        lastPortids.put(name, 0);
    }

    /** Notes that calls on a socket never wait: it was opened with SOCK_NONBLOCK. */
    void setNeverWaiting(String name) {
        neverWaiting.add(name);
    }

    boolean neverWaits(String name) {
        return neverWaiting.contains(name);
    }

    /** Notes whether calls on a socket end after a time. */
    void setTimeout(String name, boolean receiving, boolean on) {
        Set<String> sockets = receiving ? receiveTimeouts : sendTimeouts;
        var _ = on ? sockets.add(name) : sockets.remove(name);
    }

    boolean hasTimeout(String name, boolean receiving) {
        return (receiving ? receiveTimeouts : sendTimeouts).contains(name);
    }

    /**
     * The descriptor of the socket that {@code request} names under {@code s}.
     *
     * @throws ScriptFormatException if no socket has that name
     */
    public int fd(JsonObject request) {
        String name = request.get("s").getAsString();
        Integer fd = descriptors.get(name);
        if (fd == null) {
            throw new ScriptFormatException("no open socket is named \"" + name + "\"");
        }
        return fd;
    }

    /** Forgets a socket's descriptor, which is closed; its port id is remembered. */
    public void close(JsonObject request) {
        descriptors.remove(request.get("s").getAsString());
    }

    /**
     * Looks at a socket's port id after a call that may have bound it.
     *
     * @param asked the port id that the call asked for, 0 if the kernel was to choose
     */
    public void notePortid(JsonObject request, int asked) {
        String name = request.get("s").getAsString();
        Integer fd = descriptors.get(name);
        if (fd == null) {
            return;
        }
        MsgHdr own = new MsgHdr(null);
        if (provider.getsockname(fd, own) == 0) {
            int portid = own.pid();
            int before = lastPortids.getOrDefault(name, 0);
            lastPortids.put(name, portid);
            boolean chosen = portid != before && portid != asked && portid != 0;
            if (chosen && portid == tgid) {
                namedAsTgid.add("$" + name);
            } else if (chosen) {
                chosenBy.putIfAbsent(portid, name);
            }
        }
    }

    // ---- Port ids ---------------------------------------------------------------------------

    /**
     * The port id of a request: a number, {@code "$tgid"}, or {@code "$a"} for the present one of
     * socket a.
     */
    public int parsePortid(JsonElement value) {
        if (value.getAsJsonPrimitive().isNumber()) {
            return (int) value.getAsLong();
        }
        String text = value.getAsString();
        if (text.equals(TGID)) {
            return tgid;
        }
        String name = text.substring(1);
        Integer fd = descriptors.get(name);
        MsgHdr own = new MsgHdr(null);
        if (fd != null && provider.getsockname(fd, own) == 0) {
            return own.pid();
        }
        Integer last = lastPortids.get(name);
        if (last == null) {
            throw new ScriptFormatException("no socket is named \"" + name + "\"");
        }
        return last;
    }

    /** A port id of an answer: named where the kernel chose it. */
    public JsonPrimitive formatPortid(int portid) {
        if (portid == tgid) {
            return new JsonPrimitive(TGID);
        }
        String name = chosenBy.get(portid);
        return name != null
                ? new JsonPrimitive("$" + name)
                : new JsonPrimitive(Integer.toUnsignedLong(portid));
    }

    /**
     * A recorded answer with the process id named {@code "$tgid"} everywhere: some recorders name
     * it by the socket that the kernel chose it for.
     */
    JsonElement normalised(JsonElement recorded) {
        if (recorded.isJsonPrimitive()) {
            JsonPrimitive value = recorded.getAsJsonPrimitive();
            return value.isString() && namedAsTgid.contains(value.getAsString())
                    ? new JsonPrimitive(TGID)
                    : recorded;
        }
        if (recorded.isJsonArray()) {
            JsonArray array = new JsonArray();
            recorded.getAsJsonArray().forEach(element -> array.add(normalised(element)));
            return array;
        }
        if (recorded.isJsonObject()) {
            JsonObject object = new JsonObject();
            for (Map.Entry<String, JsonElement> member : recorded.getAsJsonObject().entrySet()) {
                object.add(member.getKey(), normalised(member.getValue()));
            }
            return object;
        }
        return recorded;
    }

    /** The answer of a call that would wait for ever, and is not made. */
    static JsonObject blocks() {
        JsonObject answer = new JsonObject();
        answer.addProperty(NetlinkScript.BLOCKS, true);
        return answer;
    }

    // ---- Answers ----------------------------------------------------------------------------

    /** What a call returned, as an answer. */
    public static JsonObject answer(int result) {
        JsonObject answer = new JsonObject();
        if (result < 0) {
            answer.addProperty("err", Errno.name(result));
        } else {
            answer.addProperty("ret", result);
        }
        return answer;
    }
}
