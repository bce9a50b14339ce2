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
     * @param kernel the release of the kernel that answered
     * @param uid the user whose process did the operations
     * @param tgid its process id
     * @param title what the script is about
     */
    public record Header(String kernel, int uid, int tgid, String title) {}

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
            return json.has("ret") || json.has("err");
        }
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
        if (version == null || version.getAsInt() != VERSION) {
            throw new ScriptFormatException(name + ":1: expected a header with \"nls\":" + VERSION);
        }
        return new Header(
                json.has("kernel") ? json.get("kernel").getAsString() : "",
                json.has("uid") ? json.get("uid").getAsInt() : 0,
                json.has("tgid") ? json.get("tgid").getAsInt() : 0,
                json.has("title") ? json.get("title").getAsString() : "");
    }
}
