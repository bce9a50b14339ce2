package org.vkernel.emulator.workqueue;

import java.util.ArrayList;
import java.util.List;

/**
 * A queue with a thread for each CPU, or with one thread. Models {@code struct workqueue_struct} as
 * it was up to 2.6.35.
 *
 * <p>N.B. A work that runs on one CPU, and is queued on another meanwhile, runs on both at once.
 *
 * <p>Differs from Linux: a thread is started when its first work comes; works can be taken off a
 * list, and waited for one by one, which came later.
 */
final class ThreadedWorkqueue extends Workqueue {
    private final List<CpuWorkqueue> threads = new ArrayList<>();

    ThreadedWorkqueue(Workqueues queues, String name, boolean single) {
        super(queues, name);
        int count = single ? 1 : sched.cpuCount();
        for (int i = 0; i < count; i++) {
            threads.add(new CpuWorkqueue(this, single ? null : sched.cpu(i)));
        }
    }

    List<CpuWorkqueue> threads() {
        return threads;
    }

    @Override
    void enqueue(Work work, int cpu) {
        threads.get(threads.size() == 1 ? 0 : cpu).insert(work);
    }

    @Override
    public void flush() {
        sched.mightSleep();
        for (CpuWorkqueue thread : threads) {
            thread.flush();
        }
    }

    /** In that era it is no more than a flush. */
    @Override
    public void drain() {
        flush();
    }

    @Override
    boolean isBusy() {
        for (CpuWorkqueue thread : threads) {
            if (thread.isBusy()) {
                return true;
            }
        }
        return false;
    }

    @Override
    void end() {
        for (CpuWorkqueue thread : threads) {
            thread.stop();
        }
    }
}
