package org.vkernel.emulator.skb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.sched.Task;

class DataPoolTest {
    @Test
    void take_everySize_givesEnough() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel())) {
            kernel.run(() -> {
                DataPool pool = new DataPool(kernel.sched());
                Task running = kernel.sched().current();
                for (int size = 0; size < 70_000; size += 7) {
                    byte[] array = pool.take(running, size);
                    assertTrue(array.length >= size && array.length <= Math.max(2 * size, 512));
                    pool.giveBack(running, array);
                }
            });
        }
    }

    @Test
    void giveBack_keptArray_isTakenAgainBySizesOfItsClass() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel())) {
            kernel.run(() -> {
                DataPool pool = new DataPool(kernel.sched());
                Task running = kernel.sched().current();
                byte[] array = pool.take(running, 600);
                assertEquals(1024, array.length);
                pool.giveBack(running, array);
                assertNotSame(array, pool.take(running, 512));
                assertSame(array, pool.take(running, 1024));
                assertNotSame(array, pool.take(running, 1024));
            });
        }
    }

    @Test
    void giveBack_moreThanItKeeps_forgetsTheRest() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel())) {
            kernel.run(() -> {
                DataPool pool = new DataPool(kernel.sched());
                Task running = kernel.sched().current();
                for (int i = 0; i < 10; i++) {
                    pool.giveBack(running, new byte[65_536]);
                }
                byte[] fifth = new byte[0];
                for (int i = 0; i < 5; i++) {
                    fifth = pool.take(running, 65_536);
                    fifth[0]++;
                }
                assertEquals(1, fifth[0]);
            });
        }
    }
}
