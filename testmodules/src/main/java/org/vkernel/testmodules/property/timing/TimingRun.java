package org.vkernel.testmodules.property.timing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.irq.Tasklet;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.emulator.time.Timer;
import org.vkernel.testmodules.property.suite.Burden;
import org.vkernel.testmodules.property.suite.Strain;
import org.vkernel.testmodules.property.timing.TimingSeen.Deed;

/** One run of {@link Timing}. */
final class TimingRun {
    /** Longer than any timer of a plan, with the granularity of its level. */
    private static final int LAST_TICKS = 1_300;

    /** Points in a timer's function, so that others meet it. */
    private static final int WORK = 8;

    private static final int SMALL_BYTES = 64;

    private final VirtualKernel kernel;
    private final TimingSeen seen;
    private final Map<Integer, List<TimingAction>> threads = new TreeMap<>();
    private final List<Timer> timers = new ArrayList<>();
    private final List<Tasklet> tasklets = new ArrayList<>();
    private final SpinLock lock;
    private final AtomicInt touched;
    private int working;

    TimingRun(VirtualKernel kernel, TimingSeen seen, List<TimingAction> plan) {
        this.kernel = kernel;
        this.seen = seen;
        this.lock = new SpinLock(kernel.sched(), "allocator");
        this.touched = new AtomicInt(kernel.sched(), 0);
        for (TimingAction action : plan) {
            threads.computeIfAbsent(action.thread(), all -> new ArrayList<>()).add(action);
        }
        for (int i = 0; i < Timing.OBJECTS; i++) {
            int number = i;
            timers.add(new Timer(kernel.timers(), "timer" + i, fired -> fire(number)));
            tasklets.add(new Tasklet(kernel.tasklets(), "tasklet" + i, () -> runTasklet(number)));
        }
    }

    void run(Strain strain) {
        Duration tick = Duration.ofSeconds(1).dividedBy(kernel.clock().hz());
        working = threads.size();
        kernel.run(() -> {
            for (List<TimingAction> all : threads.values()) {
                var _ = kernel.kthreads().run("worker", self -> work(all));
            }
        });
        Burden burden = strain.begin(kernel);
        while (working > 0) {
            kernel.runFor(tick);
        }
        kernel.runFor(tick.multipliedBy(LAST_TICKS));
        burden.end();
        kernel.run(() -> {
            for (int i = 0; i < Timing.OBJECTS; i++) {
                int begin = seen.now();
                timers.get(i).shutdownSync();
                seen.note(i, Deed.DEL, begin, jiffies(), 0, true);
                tasklets.get(i).kill();
            }
        });
    }

    private long jiffies() {
        return kernel.clock().jiffies();
    }

    private int work(List<TimingAction> all) {
        for (TimingAction action : all) {
            step(action);
        }
        working--;
        return 0;
    }

    private void step(TimingAction action) {
        int number = action.object();
        int begin = seen.now();
        long jiffies = jiffies();
        switch (action.what()) {
            case ARM -> {
                long expires = jiffies + action.amount();
                timers.get(number).mod(expires);
                seen.note(number, Deed.ARM, begin, jiffies, expires, false);
            }
            case DEL -> {
                timers.get(number).del();
                seen.note(number, Deed.DEL, begin, jiffies, 0, false);
            }
            case DEL_SYNC -> {
                timers.get(number).delSync();
                seen.note(number, Deed.DEL, begin, jiffies, 0, true);
            }
            case TASKLET -> tasklets.get(number).schedule();
            case ALLOC -> allocate(action.amount());
            case ALLOC_LOCKED -> {
                lock.lockBh();
                allocate(action.amount());
                lock.unlockBh();
            }
            case ALLOC_SKB -> {
                seen.beginAtomic();
                SkBuff skb = kernel.skbs().alloc(action.amount(), GfpMask.ATOMIC);
                seen.endAtomic();
                if (skb != null) {
                    skb.consume();
                }
            }
            case SLEEP -> kernel.timers().msleep(4 * action.amount());
        }
    }

    private void allocate(int bytes) {
        seen.beginAtomic();
        int object = kernel.mm().kmalloc(bytes, GfpMask.ATOMIC);
        seen.endAtomic();
        kernel.mm().kfree(object);
    }

    private void fire(int number) {
        int begin = seen.now();
        long jiffies = jiffies();
        seen.enterSoftirq("timer " + number);
        allocate(SMALL_BYTES);
        for (int i = 0; i < WORK; i++) {
            var _ = touched.incrementAndGet();
        }
        seen.leaveSoftirq();
        seen.note(number, Deed.FIRE, begin, jiffies, 0, false);
    }

    private void runTasklet(int number) {
        seen.enterSoftirq("tasklet " + number);
        allocate(SMALL_BYTES);
        timers.get(number).isPending();
        seen.leaveSoftirq();
    }
}
