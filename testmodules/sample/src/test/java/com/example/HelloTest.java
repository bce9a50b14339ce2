package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;

class HelloTest {
    @Test
    void client_getsAnAnswer() {
        List<String> printed = new ArrayList<>();
        // Closing the kernel unloads the modules, checks for leaks, and throws if anything failed.
        try (VirtualKernel kernel =
                VirtualKernel.boot(KernelConfig.simulated(42).output(printed::add))) {
            kernel.modprobe(Hello.class, "greeting=moin");
            kernel.join(kernel.spawn("client", HelloScenario::ask));

            assertTrue(kernel.printk().dmesg().getLast().endsWith("hello: penguin from port 2"));
        }
        assertEquals(List.of("client: got \"moin, penguin\""), printed);
    }
}
