package org.vkernel.emulator.module;

import java.util.List;

/** Looks for what a module left behind: registered with a part of the kernel and not taken back. */
@FunctionalInterface
public interface UnloadCheck {
    /**
     * What is left of {@code module}, a line each; empty if nothing. Context: process.
     *
     * @see Modules#ownerOf
     */
    List<String> leftBy(Module module);
}
