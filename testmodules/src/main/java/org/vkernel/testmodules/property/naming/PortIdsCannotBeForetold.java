package org.vkernel.testmodules.property.naming;

import java.util.TreeSet;
import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * A port id that the kernel chooses is random where the process's own is taken: neither the first
 * of its range, nor next to one that was chosen before.
 */
final class PortIdsCannotBeForetold extends KernelProperty<NamingSeen> {
    private static final int FIRST = -4097;

    PortIdsCannotBeForetold(Workload<?, NamingSeen> workload) {
        super(24, "a port id of the kernel's choice cannot be foretold", workload);
    }

    @Override
    protected void check(NamingSeen seen, Complaints complaints) {
        TreeSet<Integer> chosen = new TreeSet<>(seen.chosen);
        for (int id : chosen) {
            if (id == FIRST || chosen.contains(id - 1)) {
                complaints.add("one follows from another", seen.chosen.toString());
                return;
            }
        }
    }
}
