package org.vkernel.testmodules.softirqload;

import java.util.ArrayList;
import java.util.List;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.irq.Tasklet;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleContext;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.module.ModuleParam;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.time.Timer;
import org.vkernel.emulator.workqueue.Work;

/**
 * Sends messages of the connector from softirqs of every CPU: a timer and a tasklet on each, which
 * the timer schedules.
 *
 * <p>{@code /proc/softirq_load} shows how many were sent, and how many of them nobody got.
 */
@SuppressWarnings("NullAway.Init") // what init() sets is there before anything can use it
@ModuleInfo(dependsOn = ConnectorModule.class)
public final class SoftirqLoad implements KernelModule {
    private static final String NAME = "softirq_load";
    private static final String PROC_FILE = "/proc/softirq_load";

    @ModuleParam(unsigned = true, description = "index of the id, and the group")
    private static int idx = 15;

    @ModuleParam(unsigned = true, description = "value of the id")
    private static int val = 1;

    @ModuleParam(unsigned = true, description = "jiffies between two turns of a timer")
    private static int period = 1;

    @ModuleParam(unsigned = true, description = "messages in each turn of a timer or tasklet")
    private static int rate = 4;

    @ModuleParam(unsigned = true, description = "turns of each timer; 0: until it is unloaded")
    private static int count;

    @ModuleParam(unsigned = true, description = "bytes of data in each message")
    private static int size = 16;

    private final List<Source> sources = new ArrayList<>();
    private ModuleContext kernel;
    private Connector connector;
    private CbId id;
    private AtomicInt sent;
    private AtomicInt lost;

    /** What sends on one CPU. */
    private final class Source {
        private final Timer timer;
        private final Tasklet tasklet;

        /** Turns of the timer so far; it never runs twice at once. */
        private int turns;

        Source() {
            timer = kernel.timer(NAME, fired -> turn());
            tasklet = new Tasklet(kernel.kernel().tasklets(), NAME, SoftirqLoad.this::send);
        }

        void start() {
            timer.mod(kernel.jiffies() + period);
        }

        private void turn() {
            send();
            tasklet.schedule();
            turns++;
            if (count == 0 || turns < count) {
                start();
            }
        }

        void stop() {
            timer.shutdownSync();
            tasklet.kill();
        }
    }

    @Override
    public int init(ModuleContext context) {
        kernel = context;
        connector = kernel.use(Connector.class);
        id = CbId.of(idx, val);
        sent = kernel.atomic(0);
        lost = kernel.atomic(0);
        int error = connector.addCallback(id, NAME, (message, sender) -> {});
        if (error != 0) {
            return error;
        }
        if (!kernel.kernel().proc().create(PROC_FILE, this::show)) {
            connector.delCallback(id);
            return -Errno.ENOMEM;
        }
        int cpus = kernel.kernel().sched().cpuCount();
        for (int cpu = 0; cpu < cpus; cpu++) {
            Source source = new Source();
            sources.add(source);
            startOn(cpu, source);
        }
        return 0;
    }

    /** A timer runs on the CPU that starts it. */
    private void startOn(int cpu, Source source) {
        var queues = kernel.kernel().workqueues();
        Work work = new Work(queues, NAME, self -> source.start());
        queues.system().queueOn(cpu, work);
        work.flush();
    }

    @Override
    public void exit(ModuleContext context) {
        sources.forEach(Source::stop);
        kernel.kernel().proc().remove(PROC_FILE);
        connector.delCallback(id);
        kernel.printk(LogLevel.INFO, "softirq_load: %d sent, %d lost", sent.get(), lost.get());
    }

    /** Sends one turn's messages. Context: softirq. */
    private void send() {
        for (int i = 0; i < rate; i++) {
            CnMsg message =
                    CnMsg.builder(id).seq(sent.incrementAndGet()).data(new byte[size]).build();
            if (connector.netlinkSend(message, 0, 0, GfpMask.ATOMIC) != 0) {
                lost.incrementAndGet();
            }
        }
    }

    private void show(StringBuilder text) {
        text.append(String.format("sent %d\nlost %d\n", sent.get(), lost.get()));
    }
}
