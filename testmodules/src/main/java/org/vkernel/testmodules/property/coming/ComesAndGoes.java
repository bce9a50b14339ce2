package org.vkernel.testmodules.property.coming;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * The connector and its test module can be loaded and unloaded at any time, whoever uses them: each
 * call ends with an answer that Linux gives, and nothing is left.
 *
 * <p>N.B. where the kernel has reported that Linux leaves something, more may be left, or wait.
 */
final class ComesAndGoes extends KernelProperty<ComingsRun> {
    ComesAndGoes(Workload<?, ComingsRun> workload) {
        super(35, "the connector comes and goes without harm to those who use it", workload);
    }

    @Override
    protected void check(ComingsRun run, Complaints complaints) {
        run.odd.forEach(line -> complaints.add("another answer", line));
        run.stuck.forEach(line -> complaints.add("a call does not end", line));
        run.left.forEach(line -> complaints.add("something is left", line));
    }
}
