package org.vkernel.testmodules.property.script;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.netlink.script.NetlinkScript;

/** How often each operation, option, flag and errno occurred in records. */
public final class ScriptCoverage {
    private static final List<String> OPERATIONS =
            List.of(
                    "socket",
                    "bind",
                    "connect",
                    "getsockname",
                    "getpeername",
                    "setsockopt",
                    "getsockopt",
                    "attach_filter",
                    "send",
                    "recv",
                    "poll",
                    "ioctl",
                    "listen",
                    "accept",
                    "shutdown",
                    "close",
                    "proc_net_netlink",
                    "proc_net_connector");

    private static final List<String> ERRNOS =
            List.of(
                    "EPERM",
                    "ESRCH",
                    "EAGAIN",
                    "EACCES",
                    "ENOENT",
                    "EINVAL",
                    "ENOTTY",
                    "EDOM",
                    "ENODATA",
                    "EMSGSIZE",
                    "ENOPROTOOPT",
                    "EPROTONOSUPPORT",
                    "ESOCKTNOSUPPORT",
                    "EOPNOTSUPP",
                    "EADDRINUSE",
                    "ENOBUFS",
                    "ECONNREFUSED");

    private final Map<String, TreeMap<String, Integer>> counts = new TreeMap<>();
    private long operations;

    /** Knows what there is, each with 0. */
    public ScriptCoverage() {
        OPERATIONS.forEach(name -> expect("operation", name));
        ERRNOS.forEach(name -> expect("errno", name));
        for (List<String> names :
                List.of(
                        ScriptArbitraries.NETLINK_OPTIONS,
                        ScriptArbitraries.USUAL_SOCKET_OPTIONS,
                        ScriptArbitraries.OTHER_SOCKET_OPTIONS)) {
            for (String name : names) {
                expect("option set", name);
                expect("option read", name);
            }
        }
        for (String name : ScriptArbitraries.MSG_FLAGS) {
            expect("flag of send", name);
            expect("flag of recv", name);
        }
        ScriptArbitraries.EVENTS.forEach(name -> expect("event asked", name));
        List.of("MSG_TRUNC", "MSG_CTRUNC", "MSG_CMSG_CLOEXEC")
                .forEach(name -> expect("flag received", name));
        List.of("IN", "OUT", "ERR", "RDNORM", "WRNORM", "WRBAND")
                .forEach(name -> expect("event there", name));
    }

    private void expect(String kind, String name) {
        counts.computeIfAbsent(kind, any -> new TreeMap<>()).putIfAbsent(name, 0);
    }

    private void count(String kind, JsonElement name) {
        String text = name.isJsonPrimitive() ? name.getAsString() : name.toString();
        counts.computeIfAbsent(kind, any -> new TreeMap<>()).merge(text, 1, Integer::sum);
    }

    private void countAll(String kind, JsonElement names) {
        if (names != null && names.isJsonArray()) {
            names.getAsJsonArray().forEach(name -> count(kind, name));
        }
    }

    /** Counts what {@code record} holds. */
    public void add(NetlinkScript record) {
        for (NetlinkScript.Line line : record.lines()) {
            operations++;
            JsonObject json = line.json();
            count("operation", json.get("op"));
            if (json.has("err")) {
                count("errno", json.get("err"));
            }
            JsonObject out = json.has("out") ? json.getAsJsonObject("out") : new JsonObject();
            switch (line.op()) {
                case "setsockopt" -> count("option set", json.get("name"));
                case "getsockopt" -> count("option read", json.get("name"));
                case "send" -> countAll("flag of send", json.get("flags"));
                case "recv" -> {
                    countAll("flag of recv", json.get("flags"));
                    countAll("flag received", out.get("flags"));
                }
                case "poll" -> {
                    countAll("event asked", json.get("events"));
                    countAll("event there", out.get("revents"));
                }
                default -> {}
            }
        }
    }

    /** How many operations there were. */
    public long operations() {
        return operations;
    }

    /** A line for each kind: names with their counts. */
    public List<String> lines() {
        return counts.entrySet().stream()
                .map(kind -> kind.getKey() + ": " + text(kind.getValue()))
                .toList();
    }

    private static String text(Map<String, Integer> names) {
        StringBuilder text = new StringBuilder();
        names.forEach((name, count) -> {
            text.append(text.isEmpty() ? "" : ", ").append(name).append(' ').append(count);
        });
        return text.toString();
    }

    /** What never occurred, as {@code kind name}. */
    public List<String> missing() {
        return counts.entrySet().stream()
                .flatMap(kind ->
                        kind.getValue().entrySet().stream()
                                .filter(name -> name.getValue() == 0)
                                .map(name -> kind.getKey() + " " + name.getKey()))
                .toList();
    }
}
