package org.vkernel.emulator.mm;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.time.Timer;

@Timeout(60)
class RawLockTest {
    /** Many jiffies: what is due after one of them comes within. */
    private static final Duration HELD = Duration.ofMillis(100);

    private static void holdFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A cache's list gives pages back with its own lock taken: so it waits for the zone's. */
    @Test
    void waitForInnerLock_noInterruptMeetsTheOuterOne() {
        CountDownLatch innerTaken = new CountDownLatch(1);
        CountDownLatch fired = new CountDownLatch(1);
        AtomicBoolean outerTaken = new AtomicBoolean();
        AtomicBoolean metOuter = new AtomicBoolean();
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(2))) {
            Scheduler sched = kernel.sched();
            RawLock outer = new RawLock(sched, "outer");
            RawLock inner = new RawLock(sched, "inner");
            Timer timer =
                    new Timer(
                            kernel.timers(),
                            "allocates",
                            self -> {
                                metOuter.set(outerTaken.get());
                                fired.countDown();
                            });
            UserProcess holder =
                    kernel.spawn(
                            "holder",
                            process ->
                                    kernel.run(() -> {
                                        Task me = sched.current();
                                        inner.lock(me);
                                        innerTaken.countDown();
                                        holdFor(HELD);
                                        inner.unlock(me);
                                    }));
            UserProcess waiter =
                    kernel.spawn(
                            "waiter",
                            process -> {
                                awaited(innerTaken);
                                kernel.run(() -> {
                                    Task me = sched.current();
                                    timer.mod(kernel.clock().jiffies() + 1);
                                    outer.lock(me);
                                    outerTaken.set(true);
                                    inner.lock(me);
                                    inner.unlock(me);
                                    outerTaken.set(false);
                                    outer.unlock(me);
                                });
                            });
            kernel.join(holder);
            kernel.join(waiter);
            awaited(fired);
        }
        assertFalse(metOuter.get(), "an interrupt came to who had a lock");
    }
}
