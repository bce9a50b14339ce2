package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.vkernel.emulator.VirtualKernel;
import org.vkernel.testmodules.property.Schedules;

class HelloSchedulesTest {
    /** Each schedule has a kernel of its own; one that fails is shrunk, and can be replayed. */
    @Schedules(count = 500, strategy = "pct", cpus = 3)
    void twoClients_getAnAnswerEach(VirtualKernel kernel) {
        kernel.modprobe(Hello.class);
        kernel.spawn("one", HelloScenario::ask);
        kernel.spawn("two", HelloScenario::ask);
        kernel.processes().forEach(kernel::join);

        long answers =
                kernel.printk().dmesg().stream().filter(line -> line.contains("penguin")).count();
        assertEquals(2, answers);
    }
}
