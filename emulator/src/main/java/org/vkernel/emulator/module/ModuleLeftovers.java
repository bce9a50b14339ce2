package org.vkernel.emulator.module;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.mm.ObjectTracker;

/** Looks for what a module leaves behind that goes: what calls its code, and what it allocated. */
final class ModuleLeftovers {
    private final VirtualKernel kernel;
    private final ModuleMemory memory;
    private final @Nullable ModuleCode code;
    private final boolean reportsLeaks;
    private final List<UnloadCheck> checks = new CopyOnWriteArrayList<>();

    ModuleLeftovers(VirtualKernel kernel, ModuleMemory memory, @Nullable ModuleCode code) {
        this.kernel = kernel;
        this.memory = memory;
        this.code = code;
        this.reportsLeaks = kernel.config().has(Check.LEAKS);
    }

    void add(UnloadCheck check) {
        checks.add(check);
    }

    /** Reports what is left; the last time, also what runs. */
    void check(Module module, boolean isLast) {
        if (code != null) {
            report(module, isLast ? code.leftBy(module) : code.armedBy(module));
            if (isLast) {
                report(module, memory.leftBy(module));
                report(module, objectsOf(module));
                report(module, waitersOf(module));
            }
        }
        for (UnloadCheck check : checks) {
            if (check.isCalledLater(module)) {
                module.setOutlasted();
            }
        }
    }

    /** The sk_buffs and other objects that its code allocated without further ado. */
    private List<Leftover> objectsOf(Module module) {
        LoadedModule copy = module.loaded();
        String loader = copy == null ? null : copy.moduleClass().getClassLoader().getName();
        List<Leftover> left = new ArrayList<>();
        if (loader != null) {
            kernel.skbs()
                    .leftBy(loader)
                    .forEach((skb, place) -> left.add(Leftover.of(skb.toString(), place)));
            ObjectTracker tracker = kernel.objectTracker();
            if (tracker != null) {
                tracker.leftBy(loader, module.objectsBefore())
                        .forEach(one -> left.add(Leftover.of(one.what(), one.place())));
            }
        }
        return left;
    }

    /** The tasks that wait, or seem to, on queues in memory that was the module's. */
    private static List<Leftover> waitersOf(Module module) {
        List<Leftover> left = new ArrayList<>();
        for (WaitQueue queue : module.waitQueues()) {
            List<BugReport.Place> places = queue.places();
            if (!places.isEmpty()) {
                left.add(new Leftover("waiters on " + queue, ImmutableList.copyOf(places)));
            }
        }
        return left;
    }

    private void report(Module module, List<Leftover> left) {
        for (Leftover one : left) {
            module.setOutlasted();
            if (reportsLeaks) {
                ImmutableList<BugReport.Place> places = one.places();
                kernel.report(
                        "leak at module unload",
                        module.name() + " is gone but left " + one.what(),
                        StackTraces.here(),
                        places);
            }
        }
    }
}
