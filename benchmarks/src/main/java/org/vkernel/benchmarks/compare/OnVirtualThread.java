package org.vkernel.benchmarks.compare;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A contender that runs on a virtual thread, as kernels that run by the thousand should. */
record OnVirtualThread(Contender contender) implements Contender {
    @Override
    public long run(long operations) {
        AtomicLong took = new AtomicLong();
        Crew.runThreads(Thread.ofVirtual(), List.of(() -> took.set(contender.run(operations))));
        return took.get();
    }

    @Override
    public void close() {
        contender.close();
    }
}
