package org.vkernel.testmodules.property.death;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/** A process that is killed or exits at any point leaves no socket, no port id and no sk_buff. */
final class NothingIsLeftOfTheDead extends KernelProperty<DeathsSeen> {
    NothingIsLeftOfTheDead(Workload<?, DeathsSeen> workload) {
        super(14, "a process that dies leaves no socket, no port id and no sk_buff", workload);
    }

    @Override
    protected void check(DeathsSeen seen, Complaints complaints) {
        seen.sockets.forEach(row -> complaints.add("a socket is left", row));
        seen.portids.forEach(line -> complaints.add("a port id is left", line));
        if (seen.skbs != 0 || seen.queued != 0) {
            complaints.add(
                    "sk_buffs are left", seen.skbs + ", " + seen.queued + " counted as queued");
        }
        seen.memory.forEach(line -> complaints.add("memory is left", line));
    }
}
