package org.vkernel.emulator.locking;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.shared.SharedInt;

/** The lock of many readers or one writer. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RwLockTest {
    @Test
    void unlockWithoutALock_isReportedAndLeavesItUsable() {
        KernelConfig config = KernelConfig.simulated(1).keepGoing(true);
        VirtualKernel kernel = VirtualKernel.boot(config);
        kernel.run(() -> {
            RwLock lock = new RwLock(kernel.sched(), "l");
            kernel.sched().preemptDisable();
            lock.readUnlock();
            lock.writeLock();
            lock.writeUnlock();
            lock.readLock();
            lock.readUnlock();
        });
        kernel.shutdown();
        assertEquals(1, kernel.reports().size(), kernel.reports().toString());
    }

    @Test
    void readersAndWriters_inAnySchedule_excludeEachOther() {
        for (int seed = 0; seed < 200; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed).cpus(3))) {
                RwLock lock = kernel.call(() -> new RwLock(kernel.sched(), "l"));
                SharedInt a = kernel.call(() -> new SharedInt(kernel.sched(), 0));
                SharedInt b = kernel.call(() -> new SharedInt(kernel.sched(), 0));
                for (int i = 0; i < 2; i++) {
                    kernel.spawn(
                            "writer",
                            self ->
                                    kernel.run(() -> {
                                        lock.writeLock();
                                        a.set(a.get() + 1);
                                        b.set(b.get() + 1);
                                        lock.writeUnlock();
                                    }));
                    kernel.spawn(
                            "reader",
                            self ->
                                    kernel.run(() -> {
                                        lock.readLock();
                                        int seen = a.get();
                                        assertEquals(seen, b.get());
                                        lock.readUnlock();
                                    }));
                }
                kernel.processes().forEach(kernel::join);
                assertEquals(2, kernel.call(a::get));
            }
        }
    }
}
