package org.vkernel.testmodules.property.script;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vkernel.netlink.script.NetlinkScript;

/**
 * A script whose sockets are numbers: each is opened where it is first named, and again after it
 * was closed. So every part of a plan is a plan.
 *
 * @param uid the user of its process
 * @param protocol of the sockets that nothing else is said of
 * @param operations what is done
 */
record ScriptPlan(int uid, String protocol, List<PlannedOperation> operations) {
    static final String OPEN = "open";
    static final String SOCKET = "socket";

    /** The script, with nobody's answers. */
    NetlinkScript toScript(String title) {
        Writer writer = new Writer();
        operations.forEach(writer::add);
        return new NetlinkScript(NetlinkScript.Header.request(uid, title), writer.lines);
    }

    private final class Writer {
        final List<NetlinkScript.Line> lines = new ArrayList<>();
        private final Map<Integer, String> open = new LinkedHashMap<>();
        private final Map<Integer, Integer> opened = new LinkedHashMap<>();
        private int strays;

        void add(PlannedOperation planned) {
            switch (planned.op()) {
                case OPEN -> {
                    if (!open.containsKey(planned.socket())) {
                        open(planned.socket(), planned.arguments());
                    }
                }
                case SOCKET -> addStray(planned);
                default -> addOperation(planned);
            }
        }

        /** A socket that nothing more is done with: most of them cannot be opened. */
        private void addStray(PlannedOperation planned) {
            strays++;
            addLine(SOCKET, "x" + strays, planned.arguments());
        }

        private void addOperation(PlannedOperation planned) {
            if (planned.op().startsWith("proc_")) {
                JsonObject json = new JsonObject();
                json.addProperty("op", planned.op());
                planned.arguments().entrySet().forEach(e -> json.add(e.getKey(), e.getValue()));
                lines.add(new NetlinkScript.Line(lines.size() + 2, planned.op(), json));
                return;
            }
            String name = name(planned.socket());
            JsonObject arguments = named(planned.arguments());
            addLine(planned.op(), name, arguments);
            if (planned.op().equals("close")) {
                open.remove(planned.socket());
            }
        }

        /** The arguments with names for the numbers of sockets. */
        private JsonObject named(JsonObject arguments) {
            JsonObject result = new JsonObject();
            for (Map.Entry<String, JsonElement> member : arguments.entrySet()) {
                result.add(member.getKey(), named(member.getKey(), member.getValue()));
            }
            return result;
        }

        private JsonElement named(String key, JsonElement value) {
            if (value instanceof JsonObject object) {
                return named(object);
            }
            if (key.equals("pid") && value.getAsString().startsWith("#")) {
                int number = Integer.parseInt(value.getAsString().substring(1));
                return new JsonPrimitive("$" + name(number));
            }
            return value;
        }

        private String name(int number) {
            String name = open.get(number);
            return name != null ? name : open(number, new JsonObject());
        }

        private String open(int number, JsonObject arguments) {
            int times = opened.merge(number, 1, Integer::sum);
            String name = (char) ('a' + number) + (times == 1 ? "" : Integer.toString(times));
            open.put(number, name);
            JsonObject all = new JsonObject();
            all.add("type", arguments.get("type"));
            if (!arguments.has("type")) {
                all.addProperty("type", "SOCK_RAW");
            }
            all.addProperty("protocol", protocol);
            addLine(SOCKET, name, all);
            return name;
        }

        private void addLine(String op, String name, JsonObject arguments) {
            JsonObject json = new JsonObject();
            json.addProperty("op", op);
            json.addProperty("s", name);
            arguments.entrySet().forEach(e -> json.add(e.getKey(), e.getValue()));
            lines.add(new NetlinkScript.Line(lines.size() + 2, op, json));
        }
    }
}
