package org.vkernel.testmodules.property.sharing;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/** Whatever threads do to a socket at once, it keeps its port id, and nothing of it is left. */
final class OneNameForAll extends KernelProperty<SharingSeen> {
    OneNameForAll(Workload<?, SharingSeen> workload) {
        super(
                34,
                "a socket that threads share has one port id, and nothing of it is left",
                workload);
    }

    @Override
    protected void check(SharingSeen seen, Complaints complaints) {
        if (seen.portids.size() > 1) {
            complaints.add("it had several port ids", seen.portids.toString());
        }
        seen.sockets.forEach(row -> complaints.add("a socket is left", row));
        seen.taken.forEach(line -> complaints.add("a port id is left", line));
        seen.memory.forEach(line -> complaints.add("memory is left", line));
    }
}
