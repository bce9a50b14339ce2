package org.vkernel.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one call that any thread of the host's may make. */
@Timeout(
        value = 1,
        unit = TimeUnit.MINUTES) // a kernel that cannot be ended must not hang the build
class PowerOffTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void powerOff_fromAnotherThread_endsABusyKernel(boolean simulated) throws Exception {
        KernelConfig config = simulated ? KernelConfig.simulated(1) : KernelConfig.parallel();
        VirtualKernel kernel = VirtualKernel.boot(config);
        CountDownLatch busy = new CountDownLatch(1);
        var process =
                kernel.spawn(
                        "busy",
                        self -> {
                            while (true) {
                                kernel.run(kernel.sched()::relax);
                                busy.countDown();
                            }
                        });
        Thread other =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                busy.await();
                            } catch (InterruptedException e) {
                                return;
                            }
                            kernel.powerOff();
                        });

        assertThrows(KernelFailedException.class, () -> kernel.join(process));

        kernel.close();
        other.join();
        assertEquals(List.of(), kernel.reports());
    }

    @Test
    void powerOff_betweenCalls_endsTheNext() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));

        kernel.powerOff();

        assertThrows(KernelFailedException.class, () -> kernel.run(() -> {}));
        kernel.close();
    }
}
