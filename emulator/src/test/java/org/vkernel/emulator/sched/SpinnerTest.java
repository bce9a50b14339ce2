package org.vkernel.emulator.sched;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.process.UserProcess;

/** A CPU that spins for ever is reported, whatever the others do meanwhile. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpinnerTest {
    @Test
    void cpuSpinsWithInterruptsOff_whileOthersLive_isASoftLockup() {
        VirtualKernel kernel =
                VirtualKernel.boot(
                        KernelConfig.simulated(1).cpus(2).checks(Check.allBut(Check.LOCKS)));
        SpinLock lock = kernel.call(() -> new SpinLock(kernel.sched(), "l"));
        kernel.spawn(
                "ticker",
                self -> {
                    for (; ; ) {
                        self.sleep(Duration.ofMillis(100));
                    }
                });
        kernel.run(() -> {
            // It ends with the lock held: what follows spins for ever.
            kernel.sched()
                    .admit(
                            kernel.sched()
                                    .newTask(
                                            50,
                                            "holder",
                                            null,
                                            Task.PF_KTHREAD,
                                            () -> {
                                                lock.lock();
                                                kernel.sched().preemptEnable();
                                            }));
        });
        kernel.runFor(Duration.ofSeconds(1));
        UserProcess spinner = kernel.spawn("spinner", self -> kernel.run(lock::lockIrqsave));
        KernelFailedException failure =
                assertThrows(KernelFailedException.class, () -> kernel.join(spinner));
        assertTrue(failure.getMessage().contains("soft lockup"), failure.getMessage());
        assertTrue(failure.getMessage().contains("stuck in spinner"), failure.getMessage());
        kernel.shutdown();
    }
}
