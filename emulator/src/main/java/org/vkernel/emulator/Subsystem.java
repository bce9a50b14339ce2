package org.vkernel.emulator;

/**
 * A part that is built into every kernel, found by {@link java.util.ServiceLoader}, as an initcall
 * is found by the linker.
 */
public interface Subsystem {
    /** {@code core_initcall}. */
    int CORE = 1;

    /** {@code subsys_initcall}. */
    int SUBSYS = 4;

    /** {@code device_initcall}. */
    int DEVICE = 6;

    /** Its initcall level: lower ones are initialised first. */
    int level();

    /** Sets itself up in a kernel that boots. Context: process, of init. */
    void init(VirtualKernel kernel);

    /** Takes itself down; all processes and modules are gone. Context: process, of init. */
    void exit(VirtualKernel kernel);
}
