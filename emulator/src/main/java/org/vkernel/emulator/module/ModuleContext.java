package org.vkernel.emulator.module;

import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.VirtualKernel;

/** The kernel as one module sees it. Handed to {@link KernelModule#init} and {@code exit}. */
public final class ModuleContext {
    private final VirtualKernel kernel;
    private final Modules modules;
    private final Module module;

    ModuleContext(VirtualKernel kernel, Modules modules, Module module) {
        this.kernel = kernel;
        this.modules = modules;
        this.module = module;
    }

    /** The kernel, for all that has no short form here. */
    public VirtualKernel kernel() {
        return kernel;
    }

    /** {@code THIS_MODULE}. */
    public Module thisModule() {
        return module;
    }

    /**
     * The part of the kernel of this type. If a module provides it, that one stays loaded while
     * this one is, as with a symbol that is linked to ({@code ref_module()}). Context: process, of
     * {@code init}; sleeps.
     *
     * @throws UnknownSymbolException if nothing loaded provides it: {@code insmod} then fails with
     *     {@code ENOENT}
     */
    public <T> T use(Class<T> type) {
        T part = kernel.find(type);
        if (part == null) {
            throw new UnknownSymbolException(type.getSimpleName());
        }
        modules.link(module, type);
        return part;
    }

    /** Makes a part of this module known to others, as {@code EXPORT_SYMBOL()} does. */
    public <T> void export(Class<T> type, T part) {
        modules.export(module, type, part);
    }

    /** An object that the host handed over for this module's class, or null. */
    public <T> @Nullable T handedOver(Class<T> type) {
        return kernel.find(type);
    }
}
