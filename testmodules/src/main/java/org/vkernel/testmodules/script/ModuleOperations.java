package org.vkernel.testmodules.script;

import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.Modules;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.printk.LogRecord;
import org.vkernel.netlink.script.ScriptOperation;
import org.vkernel.netlink.script.ScriptOperationSource;
import org.vkernel.netlink.script.ScriptSession;
import org.vkernel.testmodules.cntest.CnTest;
import org.vkernel.testmodules.softirqload.SoftirqLoad;

/** {@code insmod}, {@code rmmod} and {@code dmesg} of the script's process. */
public final class ModuleOperations implements ScriptOperationSource {
    /** What ends a hint of this kernel's own, which no Linux prints. */
    private static final String HINT_END = "; said once";

    private static final ImmutableMap<String, Class<? extends KernelModule>> MODULES =
            ImmutableMap.of(
                    Modules.nameOf(CnTest.class), CnTest.class,
                    Modules.nameOf(SoftirqLoad.class), SoftirqLoad.class);

    @Override
    public Map<String, ScriptOperation> operations() {
        return ImmutableMap.of(
                "insmod", ModuleOperations::insmod,
                "rmmod", ModuleOperations::rmmod,
                "dmesg", ModuleOperations::dmesg);
    }

    private static JsonObject insmod(ScriptSession session, JsonObject line) {
        VirtualKernel kernel = session.process().kernel();
        @Nullable Class<? extends KernelModule> type =
                MODULES.get(line.get("module").getAsString());
        return ScriptSession.answer(
                type == null
                        ? -Errno.ENOENT
                        : kernel.call(() -> kernel.modules().insmod(type, ImmutableMap.of())));
    }

    private static JsonObject rmmod(ScriptSession session, JsonObject line) {
        VirtualKernel kernel = session.process().kernel();
        String name = line.get("module").getAsString();
        return ScriptSession.answer(kernel.call(() -> kernel.modules().rmmod(name)));
    }

    /** How far the log has been read. */
    private static final class LogPosition implements AutoCloseable {
        long next;

        @Override
        public void close() {}
    }

    /** What Linux would have logged: neither reports of broken rules nor hints. */
    private static JsonObject dmesg(ScriptSession session, JsonObject line) {
        LogPosition position = session.part(LogPosition.class, own -> new LogPosition());
        JsonArray lines = new JsonArray();
        for (LogRecord record : session.process().kernel().printk().records()) {
            boolean isOurs = record.level() == LogLevel.ALERT || record.text().endsWith(HINT_END);
            if (record.sequence() >= position.next && !isOurs) {
                lines.add(record.text());
            }
            position.next = Math.max(position.next, record.sequence() + 1);
        }
        JsonObject out = new JsonObject();
        out.add("lines", lines);
        JsonObject answer = ScriptSession.answer(0);
        answer.add("out", out);
        return answer;
    }
}
