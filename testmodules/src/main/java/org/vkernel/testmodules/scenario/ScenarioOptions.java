package org.vkernel.testmodules.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableTable;
import com.google.common.collect.Table;
import com.google.common.collect.TreeBasedTable;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.module.ModuleInfo;
import org.vkernel.emulator.module.Modules;

/**
 * What a user can choose of a scenario. Immutable.
 *
 * @param duration how much time passes
 * @param params values of module parameters, by the module's and the parameter's name
 */
public record ScenarioOptions(Duration duration, ImmutableTable<String, String, String> params) {

    /** That much time, and the modules' own values. */
    public static ScenarioOptions of(Duration duration) {
        return new ScenarioOptions(duration, ImmutableTable.of());
    }

    /** As {@code scenario} itself has it. */
    public static ScenarioOptions of(Scenario scenario) {
        return of(scenario.duration());
    }

    /** With one parameter set. */
    public ScenarioOptions param(String module, String name, String value) {
        Table<String, String, String> changed = TreeBasedTable.create();
        changed.putAll(params);
        changed.put(module, name, value);
        return new ScenarioOptions(duration, ImmutableTable.copyOf(changed));
    }

    /** With one parameter set, unless the user set it already. */
    public ScenarioOptions withDefault(String module, String name, String value) {
        return params.contains(module, name) ? this : param(module, name, value);
    }

    /**
     * Loads a module with the parameters that the user set, after those that it depends on, with
     * theirs; what is loaded already stays as it is.
     *
     * @throws org.vkernel.emulator.ErrnoException if a module cannot be loaded
     */
    public void modprobe(VirtualKernel kernel, Class<? extends KernelModule> type) {
        for (Class<? extends KernelModule> module : withDependencies(ImmutableList.of(type))) {
            String name = Modules.nameOf(module);
            if (!kernel.call(() -> kernel.modules().find(name) != null)) {
                kernel.insmod(
                        module,
                        params.row(name).entrySet().stream()
                                .map(param -> param.getKey() + "=" + param.getValue())
                                .toArray(String[]::new));
            }
        }
    }

    /** {@code modules} and what they depend on, each after its dependencies. */
    public static List<Class<? extends KernelModule>> withDependencies(
            List<Class<? extends KernelModule>> modules) {
        Set<Class<? extends KernelModule>> all = new LinkedHashSet<>();
        modules.forEach(module -> addWithDependencies(module, all));
        return ImmutableList.copyOf(all);
    }

    private static void addWithDependencies(
            Class<? extends KernelModule> module, Set<Class<? extends KernelModule>> all) {
        ModuleInfo info = module.getAnnotation(ModuleInfo.class);
        if (info != null && !all.contains(module)) {
            for (Class<? extends KernelModule> needed : info.dependsOn()) {
                addWithDependencies(needed, all);
            }
        }
        all.add(module);
    }
}
