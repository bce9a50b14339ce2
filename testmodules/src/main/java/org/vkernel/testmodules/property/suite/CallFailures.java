package org.vkernel.testmodules.property.suite;

import java.util.HashMap;
import java.util.Map;
import org.vkernel.emulator.mm.FaultInjector;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Task;

/** Lets one allocation of a process's call fail. */
public final class CallFailures implements FaultInjector {
    /** How many allocations of a process's call are still to succeed, and the one that fails. */
    private final Map<UserProcess, Integer> left = new HashMap<>();

    /**
     * A call of a process begins.
     *
     * @param failing the number of the allocation that fails, from 1; 0 for none
     */
    public void begin(UserProcess process, int failing) {
        if (failing != 0) {
            left.put(process, failing);
        }
    }

    /** It is over; whether one has failed. */
    public boolean end(UserProcess process) {
        Integer rest = left.remove(process);
        return rest != null && rest <= 0;
    }

    @Override
    public boolean failSlab(Task running, String cache, long bytes, GfpMask gfp) {
        return fails(running);
    }

    @Override
    public boolean failPages(Task running, int order, GfpMask gfp) {
        return fails(running);
    }

    private boolean fails(Task running) {
        UserProcess process = running.process();
        Integer before = process == null ? null : left.get(process);
        if (process == null || before == null) {
            return false;
        }
        left.put(process, before - 1);
        return before == 1;
    }
}
