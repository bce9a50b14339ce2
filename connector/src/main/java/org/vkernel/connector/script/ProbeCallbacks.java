package org.vkernel.connector.script;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;

/** The callbacks that a script registered, and their calls. Those that are left go with it. */
final class ProbeCallbacks implements AutoCloseable {
    /**
     * A call.
     *
     * @param message a copy of what came
     * @param pid the process that sent it
     * @param portid its socket
     * @param dstGroup the group that it was sent to as well
     */
    record Call(CnMsg message, int pid, int portid, int dstGroup) {}

    private final VirtualKernel kernel;
    private final Connector connector;
    private final Set<CbId> registered = new LinkedHashSet<>();

    /** In the order of the calls, which the script's own sends make. */
    private List<Call> calls = new ArrayList<>();

    ProbeCallbacks(UserProcess process) {
        kernel = process.kernel();
        connector = kernel.use(Connector.class);
    }

    int add(CbId id, String name) {
        int error =
                kernel.call(() ->
                        connector.addCallback(
                                id,
                                name,
                                (message, sender) ->
                                        calls.add(
                                                new Call(
                                                        message.copy(),
                                                        sender.pid(),
                                                        sender.portid(),
                                                        sender.dstGroup()))));
        if (error == 0) {
            registered.add(id);
        }
        return error;
    }

    void delete(CbId id) {
        kernel.run(() -> connector.delCallback(id));
        registered.remove(id);
    }

    List<Call> takeCalls() {
        List<Call> taken = calls;
        calls = new ArrayList<>();
        return taken;
    }

    int send(CnMsg message, int len, int portid, int group, GfpMask gfp) {
        return kernel.call(() -> connector.netlinkSendMult(message, len, portid, group, gfp));
    }

    @Override
    public void close() {
        registered.forEach(id -> kernel.run(() -> connector.delCallback(id)));
    }
}
