package org.vkernel.testmodules.property.module.busy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.kthread.Kthread;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.module.ModuleParam;
import org.vkernel.emulator.time.Timer;
import org.vkernel.emulator.workqueue.Work;
import org.vkernel.testmodules.property.module.ModuleLog;

/**
 * A module that has one of everything that may call it: a callback of the connector, a timer that
 * arms itself and queues a work, and a kernel thread. It undoes all of it as it should.
 */
@ModuleInfo(name = "busy", dependsOn = ConnectorModule.class)
public final class Busy implements KernelModule {
    /** The callback's id. */
    public static final CbId ID = CbId.of(5, 1);

    @ModuleParam(unsigned = true, description = "the load's number")
    private static int load;

    @ModuleParam(unsigned = true, description = "which step of init fails; 0: none")
    private static int fail;

    private @Nullable ModuleContext kernel;
    private @Nullable ModuleLog log;
    private @Nullable Connector connector;
    private @Nullable Timer timer;
    private @Nullable Work work;
    private @Nullable Kthread thread;

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        log = context.handedOver(ModuleLog.class);
        connector = context.use(Connector.class);
        int error = fail == 1 ? -Errno.ENODEV : addCallback();
        if (error != 0) {
            return error;
        }
        work = new Work(context.kernel().workqueues(), "busy", self -> note("work"));
        timer = context.timer("busy", fired -> fire());
        arm();
        if (fail != 2) {
            thread = context.kthreadRun("busy", this::live);
        }
        if (thread == null || fail == 3) {
            exit(context);
            return -Errno.ENOMEM;
        }
        return 0;
    }

    private int addCallback() {
        return there(connector).addCallback(ID, "busy", (message, sender) -> note("callback"));
    }

    private static <T> T there(@Nullable T part) {
        return Objects.requireNonNull(part);
    }

    private void note(String what) {
        ModuleLog to = there(log);
        int begin = to.begin();
        to.ran(load, what, begin);
    }

    private void arm() {
        there(timer).mod(there(kernel).jiffies() + 1);
    }

    private void fire() {
        note("timer");
        there(kernel).kernel().workqueues().schedule(there(work));
        arm();
    }

    private int live(Kthread self) {
        while (!self.shouldStop()) {
            note("thread");
            there(kernel).kernel().timers().msleep(2);
        }
        return 0;
    }

    @Override
    public void exit(ModuleContext context) {
        there(connector).delCallback(ID);
        if (thread != null) {
            thread.stop();
        }
        there(timer).shutdownSync();
        there(work).cancelSync();
    }
}
