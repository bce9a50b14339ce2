package org.vkernel.connector.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;

/** The connector as a module, {@code cn.ko}; with process events, where the profile has them. */
@ModuleInfo(name = "cn", core = true)
public final class ConnectorModule implements KernelModule {
    private @Nullable Connector connector;
    private @Nullable ProcConnector procEvents;

    @Override
    public int init(ModuleContext context) {
        VirtualKernel kernel = context.kernel();
        Connector made = new Connector(kernel);
        int error = made.init(context.thisModule());
        if (error != 0) {
            return error;
        }
        kernel.modules().addUnloadCheck(made::leftBy);
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
