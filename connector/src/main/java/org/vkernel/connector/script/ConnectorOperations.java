package org.vkernel.connector.script;

import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Map;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.script.HexText;
import org.vkernel.netlink.script.ScriptOperation;
import org.vkernel.netlink.script.ScriptOperationSource;
import org.vkernel.netlink.script.ScriptSession;
import org.vkernel.netlink.wire.ByteSlice;

/**
 * Script operations on the connector. Those named {@code cn_*} are done inside of the kernel, in
 * the process's context, as a module would do them in a call that the process made. In a kernel of
 * the queued era callbacks run later, in workers, as everywhere.
 */
public final class ConnectorOperations implements ScriptOperationSource {
    private static final String PROC_FILE = "/proc/net/connector";

    @Override
    public Map<String, ScriptOperation> operations() {
        return ImmutableMap.<String, ScriptOperation>builder()
                .put("cn_add_callback", ConnectorOperations::addCallback)
                .put("cn_del_callback", ConnectorOperations::delCallback)
                .put("cn_callbacks", ConnectorOperations::callbacks)
                .put("cn_netlink_send", ConnectorOperations::netlinkSend)
                .put("cn_netlink_send_mult", ConnectorOperations::netlinkSendMult)
                .put("proc_net_connector", ConnectorOperations::procNetConnector)
                .put("prctl_set_name", ConnectorOperations::setName)
                .put("fork_exit", ConnectorOperations::forkExit)
                .buildOrThrow();
    }

    @Override
    public void prepare(VirtualKernel kernel) {
        kernel.insmod(ConnectorModule.class);
    }

    private static CbId id(JsonObject line) {
        return CbId.of(integer(line, "idx"), integer(line, "val"));
    }

    /** An unsigned number. */
    private static int integer(JsonObject line, String name) {
        return (int) line.get(name).getAsLong();
    }

    private static ProbeCallbacks probe(ScriptSession session) {
        return session.part(ProbeCallbacks.class, own -> new ProbeCallbacks(own.process()));
    }

    // ---- Callbacks -----------------------------------------------------------------------------

    private static JsonObject addCallback(ScriptSession session, JsonObject line) {
        return ScriptSession.answer(probe(session).add(id(line), line.get("name").getAsString()));
    }

    private static JsonObject delCallback(ScriptSession session, JsonObject line) {
        probe(session).delete(id(line));
        return ScriptSession.answer(0);
    }

    private static JsonObject callbacks(ScriptSession session, JsonObject line) {
        JsonArray calls = new JsonArray();
        for (ProbeCallbacks.Call call : probe(session).takeCalls()) {
            JsonObject object = new JsonObject();
            object.addProperty("idx", Integer.toUnsignedLong(call.message().idx()));
            object.addProperty("val", Integer.toUnsignedLong(call.message().val()));
            object.addProperty("seq", Integer.toUnsignedLong(call.message().seq()));
            object.addProperty("ack", Integer.toUnsignedLong(call.message().ack()));
            object.addProperty("len", call.message().len());
            object.addProperty("flags", call.message().flags());
            object.addProperty("data", HexText.format(call.message().data().toByteArray()));
            object.add("creds_pid", session.formatPortid(call.pid()));
            object.add("portid", session.formatPortid(call.portid()));
            object.addProperty("dst_group", Integer.toUnsignedLong(call.dstGroup()));
            calls.add(object);
        }
        JsonObject out = new JsonObject();
        out.add("calls", calls);
        return withOut(out);
    }

    private static JsonObject withOut(JsonObject out) {
        JsonObject answer = ScriptSession.answer(0);
        answer.add("out", out);
        return answer;
    }

    // ---- Sending -------------------------------------------------------------------------------

    private static JsonObject netlinkSend(ScriptSession session, JsonObject line) {
        byte[] data = HexText.parse(line.get("data").getAsString());
        return send(session, line, data, data.length, data.length);
    }

    private static JsonObject netlinkSendMult(ScriptSession session, JsonObject line) {
        int len = integer(line, "len");
        byte[] data = HexText.parse(line.get("data").getAsString());
        JsonElement claimed = line.get("msg_len");
        return send(
                session,
                line,
                Arrays.copyOf(data, len),
                len,
                claimed == null ? len : (int) claimed.getAsLong());
    }

    private static JsonObject send(
            ScriptSession session, JsonObject line, byte[] data, int len, int claimed) {
        CnMsg message =
                CnMsg.over(
                        ByteSlice.of(
                                CnMsg.builder(id(line))
                                        .seq(integer(line, "seq"))
                                        .ack(integer(line, "ack"))
                                        .flags(integer(line, "flags"))
                                        .data(data)
                                        .claimLen(claimed)
                                        .toByteArray()));
        int portid = session.parsePortid(line.get("portid"));
        int group = integer(line, "group");
        GfpMask gfp = GfpMask.parse(line.get("gfp").getAsString());
        return ScriptSession.answer(probe(session).send(message, len, portid, group, gfp));
    }

    // ---- Of the process ------------------------------------------------------------------------

    private static JsonObject procNetConnector(ScriptSession session, JsonObject line) {
        JsonObject out = new JsonObject();
        out.addProperty("text", session.readFile(PROC_FILE));
        return withOut(out);
    }

    private static JsonObject setName(ScriptSession session, JsonObject line) {
        session.process().setName(line.get("name").getAsString());
        return ScriptSession.answer(0);
    }

    /** A child that exits at once; back when all is told of its end. */
    private static JsonObject forkExit(ScriptSession session, JsonObject line) {
        UserProcess process = session.process();
        int code = integer(line, "code");
        UserProcess child = process.fork(self -> self.exit(code));
        var _ = process.waitFor(child.tgid());
        process.kernel().run(child::awaitExit);
        return ScriptSession.answer(0);
    }
}
