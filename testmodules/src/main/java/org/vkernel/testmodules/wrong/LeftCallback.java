package org.vkernel.testmodules.wrong;

import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.printk.LogLevel;

/** Leaves its connector callback registered when it goes. */
@ModuleInfo(dependsOn = ConnectorModule.class)
public final class LeftCallback implements KernelModule {
    private static final CbId ID = CbId.of(14, 7);

    @Override
    public int init(ModuleContext kernel) {
        Connector connector = kernel.use(Connector.class);
        return connector.addCallback(ID, "left", (msg, from) -> log(kernel, msg.seq())); // wrong
    }

    private static void log(ModuleContext kernel, int seq) {
        kernel.printk(LogLevel.INFO, "message %d", seq);
    }

    @Override
    public void exit(ModuleContext kernel) {}
}
