package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.wire.CbId;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.module.ModuleParam;

/**
 * The connector as a module, {@code cn.ko}, of the era that the kernel's profile has; with process
 * events, where the profile has them.
 *
 * <p>Models {@code cn_init()} and {@code cn_fini()} as {@code insmod} and {@code rmmod} call them.
 * Context: process; sleeps. Loading fails with {@code -EIO} if somebody has the protocol, with
 * {@code -EINVAL} if there is no memory or, in the queued era, the connector's own id cannot be
 * registered; unloading with {@code -EWOULDBLOCK} while a socket of the protocol is open or a
 * module uses it.
 */
@ModuleInfo(name = "cn", core = true)
public final class ConnectorModule implements KernelModule {
    @ModuleParam(
            name = "cn_idx",
            unsigned = true,
            description = "index of the connector's own id, which the queued era has")
    private int ownIdx = ConnectorId.CN_IDX_CONNECTOR;

    @ModuleParam(
            name = "cn_val",
            unsigned = true,
            description = "value of the connector's own id, which the queued era has")
    private int ownVal = ConnectorId.CN_VAL_CONNECTOR;

    private @Nullable Connector connector;
    private @Nullable ProcConnector procEvents;

    @Override
    public int init(ModuleContext context) {
        VirtualKernel kernel = context.kernel();
        Connector made = new Connector(kernel, CbId.of(ownIdx, ownVal));
        int error = made.init(context.thisModule());
        if (error != 0) {
            return error;
        }
        kernel.modules().addUnloadCheck(made::isCalledLater);
        connector = made;
        context.export(Connector.class, made);
        if (kernel.profile().processEvents() != Profile.ProcessEvents.NONE) {
            initProcEvents(kernel, made);
        }
        return 0;
    }

    private void initProcEvents(VirtualKernel kernel, Connector made) {
        ProcConnector events = new ProcConnector(kernel, made);
        if (events.init() == 0) {
            procEvents = events;
        }
    }

    @Override
    public void exit(ModuleContext context) {
        if (procEvents != null) {
            procEvents.exit();
        }
        if (connector != null) {
            connector.exit();
        }
    }
}
