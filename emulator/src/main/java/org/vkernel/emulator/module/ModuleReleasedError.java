package org.vkernel.emulator.module;

/** Ends a task that still runs code of a module whose image was given back. */
public final class ModuleReleasedError extends Error {
    private static final long serialVersionUID = 1L;

    ModuleReleasedError() {
        super("code of a module runs after the module was released");
    }
}
