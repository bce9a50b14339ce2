package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;

class HelloProperties {
    /** A failure prints the seed, which gives the same interleaving again. */
    @Property(tries = 100)
    void everyClient_getsItsAnswer_underAnySchedule(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 4) int cpus,
            @ForAll @IntRange(min = 1, max = 5) int clients) {
        List<String> printed = new ArrayList<>();
        KernelConfig config = KernelConfig.simulated(seed).cpus(cpus).output(printed::add);
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            kernel.modprobe(Hello.class);
            for (int i = 0; i < clients; i++) {
                kernel.spawn("client", HelloScenario::ask);
            }
            kernel.processes().forEach(kernel::join);
        }
        assertEquals(Collections.nCopies(clients, "client: got \"hello, penguin\""), printed);
    }
}
