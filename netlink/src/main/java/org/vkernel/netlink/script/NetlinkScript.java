package org.vkernel.netlink.script;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vkernel.netlink.abi.NetlinkProtocol;

/**
 * A netlink script: a header, and operations with or without their answers.
 *
 * @param header who answered, and as whom
 * @param lines the operations
 */
public record NetlinkScript(Header header, List<Line> lines) {
    /** The version of the format. */
    private static final int VERSION = 1;

    /**
     * The first line.
     *
     * @param kernel the release of the kernel that answered; empty in a script that nobody answered
     * @param machine what {@code uname -m} shows there; empty if unknown
     * @param uid the user whose process did the operations
     * @param tgid its process id; 0 if unknown
     * @param title what the script is about
     * @param listenersLeft by how much the script leaves the count of listeners to process events
     */
    public record Header(
            String kernel, String machine, int uid, int tgid, String title, int listenersLeft) {
        /** The header of a script that nobody has answered. */
        public static Header request(int uid, String title) {
            return new Header("", "", uid, 0, title, 0);
        }

        private JsonObject toJson() {
            JsonObject json = new JsonObject();
            json.addProperty("nls", VERSION);
            if (!kernel.isEmpty()) {
                json.addProperty("kernel", kernel);
            }
            if (!machine.isEmpty()) {
                json.addProperty("machine", machine);
            }
            json.addProperty("uid", uid);
            if (tgid != 0) {
                json.addProperty("tgid", tgid);
            }
            json.addProperty("title", title);
            if (listenersLeft != 0) {
                json.addProperty("cn_listeners_left", listenersLeft);
            }
            return json;
        }
    }

    /**
     * An operation.
     *
     * @param number of its line in the file, from 1
     * @param op its name
     * @param json the whole line
     */
    public record Line(int number, String op, JsonObject json) {
        /** Whether an answer was recorded. */
        public boolean hasAnswer() {
            return json.has("ret") || json.has("err") || json.has(BLOCKS);
        }
    }

    /** In an answer: the call would have waited for ever, and was not made. */
    static final String BLOCKS = "blocks";

    /** Whether it has to do with the connector, which is in the first network namespace only. */
    public boolean usesConnector() {
        for (Line line : lines) {
            JsonElement protocol = line.json().get("protocol");
            boolean names =
                    protocol != null
                            && ScriptConstants.PROTOCOL.parse(protocol)
                                    == NetlinkProtocol.NETLINK_CONNECTOR;
            if (names || line.op().equals("proc_net_connector")) {
                return true;
            }
        }
        return false;
    }

    /** The file's lines. */
    public List<String> toLines() {
        List<String> text = new ArrayList<>();
        text.add(header.toJson().toString());
        lines.forEach(line -> text.add(line.json().toString()));
        return text;
    }

    /** Writes it into a file. */
    public void write(Path file) throws IOException {
        Files.write(file, toLines());
    }

    /**
     * Reads a file.
     *
     * @throws ScriptFormatException if it is no script, naming file and line
     */
    public static NetlinkScript read(Path file) throws IOException {
        return parse(file.toString(), Files.readAllLines(file));
    }

    /** Reads lines; {@code name} is for messages. */
    public static NetlinkScript parse(String name, List<String> text) {
        if (text.isEmpty()) {
            throw new ScriptFormatException(name + " is empty; expected a header line");
        }
        Header header = header(name, object(name, 1, text.getFirst()));
        List<Line> lines = new ArrayList<>();
        for (int i = 1; i < text.size(); i++) {
            if (!text.get(i).isBlank()) {
                JsonObject json = object(name, i + 1, text.get(i));
                JsonElement op = json.get("op");
                if (op == null) {
                    throw new ScriptFormatException(name + ":" + (i + 1) + ": no \"op\"");
                }
                lines.add(new Line(i + 1, op.getAsString(), json));
            }
        }
        return new NetlinkScript(header, lines);
    }

    private static JsonObject object(String name, int line, String text) {
        try {
            return JsonParser.parseString(text).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new ScriptFormatException(name + ":" + line + ": no JSON object: " + text);
        }
    }

    private static Header header(String name, JsonObject json) {
        JsonElement version = json.get("nls");
        if (version == null || !version.toString().equals(Integer.toString(VERSION))) {
            throw new ScriptFormatException(name + ":1: expected a header with \"nls\":" + VERSION);
        }
        return new Header(
                string(json, "kernel"),
                string(json, "machine"),
                number(name, json, "uid"),
                number(name, json, "tgid"),
                string(json, "title"),
                number(name, json, "cn_listeners_left"));
    }

    private static String string(JsonObject json, String member) {
        return json.has(member) ? json.get(member).getAsString() : "";
    }

    private static int number(String name, JsonObject json, String member) {
        try {
            return json.has(member) ? json.get(member).getAsInt() : 0;
        } catch (NumberFormatException | UnsupportedOperationException e) {
            throw new ScriptFormatException(
                    name + ":1: \"" + member + "\" is no number: " + json.get(member));
        }
    }
}
