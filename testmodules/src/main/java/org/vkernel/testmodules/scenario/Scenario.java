package org.vkernel.testmodules.scenario;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;

/**
 * Modules and processes that are worth running together, under a name.
 *
 * <p>It has a public constructor without arguments and no state: one object may start any number of
 * kernels.
 */
public interface Scenario {
    /** The name by which it is run; by default the class's. */
    default String name() {
        return getClass().getName();
    }

    /** What happens in it, in one line. */
    default String description() {
        return "";
    }

    /** How much time passes in it, unless the user asks for another; by default a second. */
    default Duration duration() {
        return Duration.ofSeconds(1);
    }

    /** The kernel's version, unless the user asks for another; by default the reference. */
    default Profile profile() {
        return Profile.DEFAULT;
    }

    /**
     * How many bytes of memory the kernel has, unless the user asks for others; by default 1 GiB.
     */
    default long memory() {
        return KernelConfig.DEFAULT_MEMORY;
    }

    /**
     * What a user should know of a run before it starts, in a line; null: nothing.
     *
     * @param running the kernel's version
     */
    default @Nullable String hint(Profile running, ScenarioOptions options) {
        return null;
    }

    /**
     * The modules that it loads, whose parameters and whose dependencies' parameters a user can
     * set.
     */
    default List<Class<? extends KernelModule>> modules() {
        return List.of();
    }

    /**
     * Loads the modules and starts the processes, in a kernel that was just booted, on the host's
     * thread; then the caller lets time pass. Modules are loaded by {@link
     * ScenarioOptions#modprobe}, which knows the parameters that the user set.
     *
     * @throws org.vkernel.emulator.ErrnoException if a module cannot be loaded; the run has failed
     *     then
     */
    void start(VirtualKernel kernel, ScenarioOptions options);
}
