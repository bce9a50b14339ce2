package org.vkernel.testmodules.notify;

import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.kthread.Kthread;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.module.ModuleParam;

/** Registers an id with the connector, takes it off again, and so on, in a kernel thread. */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
@ModuleInfo(dependsOn = ConnectorModule.class)
public final class Flicker implements KernelModule {
    private static final String NAME = "flicker";

    @ModuleParam(unsigned = true, description = "index of the id")
    private static int idx = 20;

    @ModuleParam(unsigned = true, description = "value of the id")
    private static int val = 1;

    @ModuleParam(unsigned = true, description = "milliseconds from one change to the next")
    private static int period = 400;

    private ModuleContext kernel;
    private Connector connector;
    private Kthread thread;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        connector = kernel.use(Connector.class);
        Kthread started = kernel.kthreadRun(NAME, this::flicker);
        if (started == null) {
            return -Errno.ENOMEM;
        }
        thread = started;
        return 0;
    }

    @Override
    public void exit(ModuleContext context) {
        thread.stop();
    }

    private int flicker(Kthread self) {
        CbId id = CbId.of(idx, val);
        while (!self.shouldStop()) {
            int error = connector.addCallback(id, NAME, (message, sender) -> {});
            kernel.kernel().timers().msleep(period);
            if (error == 0) {
                connector.delCallback(id);
            }
            kernel.kernel().timers().msleep(period);
        }
        return 0;
    }
}
