package org.vkernel.netlink.script;

import java.util.Map;
import org.vkernel.emulator.VirtualKernel;

/** Adds operations to scripts; found by {@link java.util.ServiceLoader}. */
public interface ScriptOperationSource {
    /** The operations, by name. */
    Map<String, ScriptOperation> operations();

    /** Loads what a virtual kernel needs for them. It has just booted; the caller is the host's. */
    default void prepare(VirtualKernel kernel) {}
}
