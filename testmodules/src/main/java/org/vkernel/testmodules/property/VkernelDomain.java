package org.vkernel.testmodules.property;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.DomainContextBase;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.explore.SparseSchedule;
import org.vkernel.emulator.mm.FaultPlan;
import org.vkernel.netlink.script.NetlinkScript;

/**
 * The arbitraries of {@link VkernelArbitraries}, for properties of one's own modules and protocols.
 *
 * <pre>{@code
 * @Domain(VkernelDomain.class)
 * class MyModuleProperties {
 *     @Property
 *     void everyMessage_isAnswered(
 *             @ForAll Machine machine, @ForAll Interleavings schedules, @ForAll CnMsg message) {
 *         schedules.check(machine.config(1), kernel -> { ... });
 *     }
 * }
 * }</pre>
 *
 * <p>A failure shrinks machine and data, each with schedules of their own, and in the end the
 * schedule. {@code @ForAll SparseSchedule} is a single one, for a body that is to run but once.
 * jqwik's seed gives the same values again. For numbers and the like, add
 * {@code @Domain(DomainContext.Global.class)}.
 */
public final class VkernelDomain extends DomainContextBase {
    @Provide
    Arbitrary<Machine> machines() {
        return VkernelArbitraries.machines();
    }

    @Provide
    Arbitrary<SparseSchedule> schedules() {
        return VkernelArbitraries.schedules();
    }

    @Provide
    Arbitrary<Interleavings> interleavings() {
        return VkernelArbitraries.interleavings();
    }

    @Provide
    Arbitrary<FaultPlan> faultPlans() {
        return VkernelArbitraries.faultPlans();
    }

    @Provide
    Arbitrary<CbId> ids() {
        return VkernelArbitraries.ids();
    }

    @Provide
    Arbitrary<CnMsg> messages() {
        return VkernelArbitraries.messages();
    }

    @Provide
    Arbitrary<TrafficPlan> traffic() {
        return VkernelArbitraries.traffic();
    }

    @Provide
    Arbitrary<NetlinkScript> scripts() {
        return VkernelArbitraries.scripts();
    }
}
