package org.vkernel.netlink.script;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.wire.LittleEndian;

/** Does a script's operations and writes down what was answered. */
public final class ScriptRecorder {
    // struct cn_msg of a process event, and struct proc_event behind it.
    private static final int CN_ID = NlmsghdrLayout.NLMSG_HDRLEN;
    private static final int CN_SEQ = CN_ID + 8;
    private static final int EVENT = CN_ID + 20;
    private static final int EVENT_CPU = EVENT + 4;
    private static final int EVENT_CPU_AND_TIME_BYTES = 12;

    private final ScriptOperations operations;

    /** Records with {@code operations}. */
    public ScriptRecorder(ScriptOperations operations) {
        this.operations = operations;
    }

    /**
     * Does the whole script in {@code session}'s process.
     *
     * @return the lines with their answers; those that were there are replaced
     * @throws ScriptFormatException if a line cannot be understood, or there is no such operation
     */
    public List<NetlinkScript.Line> record(NetlinkScript script, ScriptSession session) {
        List<NetlinkScript.Line> recorded = new ArrayList<>(script.lines().size());
        for (NetlinkScript.Line line : script.lines()) {
            ScriptOperation operation = operations.find(line.op());
            if (operation == null) {
                throw new ScriptFormatException(
                        "line "
                                + line.number()
                                + ": no operation \""
                                + line.op()
                                + "\"; expected one of "
                                + operations.byName().keySet());
            }
            JsonObject answer = ScriptReplay.perform(operation, session, line);
            markUnrepeatable(answer);
            recorded.add(new NetlinkScript.Line(line.number(), line.op(), merge(line, answer)));
        }
        return recorded;
    }

    /** The request, without an older answer, and the answer. */
    private static JsonObject merge(NetlinkScript.Line line, JsonObject answer) {
        JsonObject merged = new JsonObject();
        for (Map.Entry<String, JsonElement> member : line.json().entrySet()) {
            if (!isOfAnswer(member.getKey())) {
                merged.add(member.getKey(), member.getValue());
            }
        }
        answer.entrySet().forEach(member -> merged.add(member.getKey(), member.getValue()));
        return merged;
    }

    private static boolean isOfAnswer(String name) {
        return name.equals("ret")
                || name.equals("err")
                || name.equals("out")
                || name.equals(NetlinkScript.BLOCKS);
    }

    /** Process events hold counters, a CPU and a time, which are others each time. */
    private static void markUnrepeatable(JsonObject answer) {
        if (!(answer.get("out") instanceof JsonObject out)
                || !out.has("data")
                || !(out.get("from") instanceof JsonObject from)
                || !isKernel(from.get("pid"))) {
            return;
        }
        byte[] data = HexText.parse(out.get("data").getAsString());
        boolean isEvent =
                data.length < CN_ID + 8
                        || (LittleEndian.u32(data, CN_ID) == 1
                                && LittleEndian.u32(data, CN_ID + 4) == 1);
        if (isEvent && data.length > NlmsghdrLayout.NLMSG_SEQ) {
            JsonArray ranges = new JsonArray();
            ranges.add(range(NlmsghdrLayout.NLMSG_SEQ, Integer.BYTES));
            ranges.add(range(CN_SEQ, Integer.BYTES));
            ranges.add(range(EVENT_CPU, EVENT_CPU_AND_TIME_BYTES));
            out.add("ignore", ranges);
        }
    }

    private static boolean isKernel(JsonElement pid) {
        return pid.getAsJsonPrimitive().isNumber() && pid.getAsLong() == 0;
    }

    private static JsonArray range(int offset, int length) {
        JsonArray range = new JsonArray();
        range.add(offset);
        range.add(length);
        return range;
    }
}
