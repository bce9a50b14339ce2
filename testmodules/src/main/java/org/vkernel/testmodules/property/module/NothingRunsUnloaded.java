package org.vkernel.testmodules.property.module;

import org.vkernel.testmodules.property.suite.KernelProperty;
import org.vkernel.testmodules.property.suite.Workload;

/**
 * After {@code rmmod}, no callback, timer or work of the module runs; a failed {@code insmod}
 * leaves nothing behind.
 *
 * <p>N.B. in the direct era a callback may: {@code cn_del_callback()} does not wait.
 */
final class NothingRunsUnloaded extends KernelProperty<ModuleLog> {
    NothingRunsUnloaded(Workload<?, ModuleLog> workload) {
        super(13, "nothing of a module runs or is left when it is unloaded", workload);
    }

    @Override
    protected void check(ModuleLog log, Complaints complaints) {
        for (ModuleLog.Ran ran : log.ran) {
            Integer gone = log.gone.get(ran.load());
            if (gone != null && ran.end() > gone) {
                complaints.add(
                        "its " + ran.what() + " runs", "of load " + ran.load() + ", unloaded");
            }
        }
        log.left.forEach(line -> complaints.add("something is left", line));
        log.odd.forEach(line -> complaints.add("another answer", line));
    }
}
