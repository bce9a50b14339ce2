package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.Domain;
import org.vkernel.testmodules.property.Interleavings;
import org.vkernel.testmodules.property.Machine;
import org.vkernel.testmodules.property.TrafficPlan;
import org.vkernel.testmodules.property.VkernelArbitraries;
import org.vkernel.testmodules.property.VkernelDomain;

@Domain(VkernelDomain.class)
class HelloDomainProperties {
    @Provide
    Arbitrary<TrafficPlan> greetings() {
        return VkernelArbitraries.traffic(Arbitraries.just(Hello.ID));
    }

    /** On any machine: a failure shrinks it and the traffic, and shows the smallest schedule. */
    @Property(tries = 20)
    void everyMessage_isGreeted(
            @ForAll Machine machine,
            @ForAll Interleavings schedules,
            @ForAll("greetings") TrafficPlan traffic) {
        schedules.check(machine.config(1), kernel -> {
            kernel.modprobe(Hello.class);
            traffic.start(kernel, (step, result) -> {}).forEach(kernel::join);
            kernel.rmmod("hello"); // in the queued era it waits for the callback
            long greeted =
                    kernel.printk().dmesg().stream().filter(l -> l.contains("from port")).count();
            assertEquals(traffic.steps().size(), greeted);
        });
    }
}
