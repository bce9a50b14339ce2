package org.vkernel.emulator.printk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Limits;
import org.vkernel.emulator.VirtualKernel;

class PrintkTest {
    @Test
    void printk_formatted_standsInTheRingAndOnTheConsole() {
        List<String> console = new ArrayList<>();
        try (VirtualKernel kernel =
                VirtualKernel.boot(KernelConfig.simulated(1).log(console::add))) {
            kernel.run(() -> kernel.printk(LogLevel.INFO, "idx=%x, %s", 14, "hello"));
            LogRecord record = kernel.printk().records().getLast();
            assertEquals("idx=e, hello", record.text());
            assertEquals("[    0.000000] idx=e, hello", console.getLast());
            assertEquals("6," + record.sequence() + ",0,-;idx=e, hello", record.toKmsg());
        }
    }

    @Test
    void printk_severalLines_areSeveralRecords() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            int before = kernel.printk().records().size();
            kernel.run(() -> kernel.printk(LogLevel.ERR, "one\ntwo\n"));
            assertEquals(before + 2, kernel.printk().records().size());
        }
    }

    @Test
    void ring_full_forgetsTheOldest() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.run(() -> {
                for (int i = 0; i <= Limits.LOG_RECORDS; i++) {
                    kernel.printk().write(LogLevel.INFO, "line " + i);
                }
            });
            List<LogRecord> records = kernel.printk().records();
            assertEquals(Limits.LOG_RECORDS, records.size());
            assertEquals("line " + Limits.LOG_RECORDS, records.getLast().text());
        }
    }

    @Test
    void rateLimit_burst_holdsTheRestBack() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.run(() -> {
                RateLimit limit = new RateLimit(kernel.sched(), 1_000, 2);
                assertTrue(limit.allows());
                assertTrue(limit.allows());
                assertFalse(limit.allows());
                assertEquals(1, limit.missed());
            });
        }
    }

    @Test
    void once_severalCpus_letsOneThrough() {
        for (int seed = 0; seed < 100; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed).cpus(3))) {
                Once once = new Once(kernel.sched());
                AtomicInteger through = new AtomicInteger();
                for (int i = 0; i < 3; i++) {
                    kernel.spawn(
                            "p" + i,
                            process ->
                                    kernel.run(() -> {
                                        if (once.isFirst()) {
                                            through.incrementAndGet();
                                        }
                                    }));
                }
                kernel.runFor(Duration.ofMillis(1));
                assertEquals(1, through.get());
            }
        }
    }
}
