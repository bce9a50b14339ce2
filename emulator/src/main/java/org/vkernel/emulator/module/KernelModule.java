package org.vkernel.emulator.module;

/**
 * A kernel module: a Java class with a constructor without arguments.
 *
 * <p>{@code insmod} makes an object of a fresh copy of the class and calls {@link #init}; {@code
 * rmmod} calls {@link #exit}. Module code is plain Java, but it runs in a kernel: it uses no host
 * threads, locks, clocks or chance (such a class is refused), and it must not sleep where Linux
 * forbids it. Static fields marked {@link ModuleParam} are its parameters.
 */
public interface KernelModule {
    /**
     * {@code module_init()}. Context: process; may sleep.
     *
     * @return 0, or a negative errno after having undone all it did: {@link #exit} is not called
     */
    int init(ModuleContext kernel);

    /** {@code module_exit()}: undoes what {@link #init} did. Context: process; may sleep. */
    default void exit(ModuleContext kernel) {}
}
