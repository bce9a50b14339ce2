package org.vkernel.testmodules.wrong;

import org.jspecify.annotations.Nullable;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.time.Timer;

/** Looks at a connector message later than in the callback that it was given to. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
@ModuleInfo(dependsOn = ConnectorModule.class)
public final class KeepsMessage implements KernelModule {
    static final CbId ID = CbId.of(14, 9);

    private ModuleContext kernel;
    private Timer timer;
    private volatile @Nullable CnMsg last;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        timer = kernel.timer("later", fired -> tell());
        return kernel.use(Connector.class).addCallback(ID, "keeper", (msg, from) -> keep(msg));
    }

    private void keep(CnMsg message) {
        last = message;
        timer.mod(kernel.jiffies() + 1);
    }

    private void tell() {
        CnMsg message = last;
        if (message != null) {
            int seq = message.seq(); // wrong
            kernel.printk(LogLevel.INFO, "last message: %d", seq);
        }
    }

    @Override
    public void exit(ModuleContext context) {
        kernel.use(Connector.class).delCallback(ID);
        timer.delSync();
    }
}
