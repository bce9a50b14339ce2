package org.vkernel.netlink.script;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Does a script's operations and compares each answer with the recorded one. */
public final class ScriptReplay {
    /**
     * An answer that is not the recorded one.
     *
     * @param line the operation's line in the file
     * @param request what was done, with the recorded answer
     * @param answer what was answered
     */
    public record Divergence(int line, String request, String answer) {
        @Override
        public String toString() {
            return "line " + line + ": " + request + "\n    answered " + answer;
        }
    }

    private final ScriptOperations operations;

    /** Replays with {@code operations}. */
    public ScriptReplay(ScriptOperations operations) {
        this.operations = operations;
    }

    /**
     * Does the whole script in {@code session}'s process.
     *
     * @return where the answers differ; empty if nowhere
     */
    public List<Divergence> replay(NetlinkScript script, ScriptSession session) {
        List<Divergence> divergences = new ArrayList<>();
        for (NetlinkScript.Line line : script.lines()) {
            ScriptOperation operation = operations.find(line.op());
            if (operation == null) {
                divergences.add(
                        new Divergence(
                                line.number(), line.json().toString(), "no such operation here"));
                continue;
            }
            JsonObject answer = perform(operation, session, line);
            if (line.hasAnswer() && !isSame(session, line.json(), answer)) {
                divergences.add(
                        new Divergence(line.number(), line.json().toString(), answer.toString()));
            }
        }
        return divergences;
    }

    /**
     * Does an operation.
     *
     * @throws ScriptFormatException naming the line, if that cannot be understood
     */
    static JsonObject perform(
            ScriptOperation operation, ScriptSession session, NetlinkScript.Line line) {
        try {
            return operation.perform(session, line.json());
        } catch (ScriptFormatException e) {
            throw new ScriptFormatException("line " + line.number() + ": " + e.getMessage());
        } catch (NullPointerException
                | IllegalStateException
                | ClassCastException
                | NumberFormatException
                | UnsupportedOperationException e) {
            // What the JSON library throws where an argument is missing or of another kind.
            throw new ScriptFormatException(
                    "line "
                            + line.number()
                            + ": expected the arguments of \""
                            + line.op()
                            + "\", not "
                            + line.json());
        }
    }

    private static boolean isSame(ScriptSession session, JsonObject recorded, JsonObject answer) {
        JsonElement out = recorded.get("out");
        return isSame(recorded.get("ret"), answer.get("ret"))
                && isSame(recorded.get("err"), answer.get("err"))
                && isSame(recorded.get(NetlinkScript.BLOCKS), answer.get(NetlinkScript.BLOCKS))
                && isSameOut(out == null ? null : session.normalised(out), answer.get("out"));
    }

    private static boolean isSame(@Nullable JsonElement recorded, @Nullable JsonElement answer) {
        return recorded == null ? answer == null : recorded.equals(answer);
    }

    private static boolean isSameOut(@Nullable JsonElement recorded, @Nullable JsonElement answer) {
        if (recorded == null || answer == null) {
            return recorded == null && answer == null;
        }
        JsonObject expected = recorded.getAsJsonObject();
        JsonObject actual = answer.getAsJsonObject();
        TreeSet<String> names = new TreeSet<>(expected.keySet());
        names.addAll(actual.keySet());
        names.remove("ignore");
        for (String name : names) {
            JsonElement want = expected.get(name);
            JsonElement got = actual.get(name);
            if (want == null || got == null) {
                return false;
            }
            boolean same =
                    switch (name) {
                        case "data" -> isSameData(expected, want, got);
                        case "flags", "revents" -> isSameSet(want, got);
                        default -> want.equals(got);
                    };
            if (!same) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSameData(JsonObject out, JsonElement want, JsonElement got) {
        byte[] expected = HexText.parse(want.getAsString());
        byte[] actual = HexText.parse(got.getAsString());
        if (out.has("ignore") && expected.length == actual.length) {
            for (JsonElement range : out.getAsJsonArray("ignore")) {
                JsonArray pair = range.getAsJsonArray();
                int from = Math.min(pair.get(0).getAsInt(), expected.length);
                int to = Math.min(from + pair.get(1).getAsInt(), expected.length);
                Arrays.fill(expected, from, to, (byte) 0);
                Arrays.fill(actual, from, to, (byte) 0);
            }
        }
        return Arrays.equals(expected, actual);
    }

    private static boolean isSameSet(JsonElement want, JsonElement got) {
        return sorted(want).equals(sorted(got));
    }

    private static Set<String> sorted(JsonElement array) {
        TreeSet<String> values = new TreeSet<>();
        for (JsonElement value : array.getAsJsonArray()) {
            values.add(value.toString());
        }
        return values;
    }
}
