package org.vkernel.emulator.module;

/** Knows who may still call code of a module that goes. */
@FunctionalInterface
public interface UnloadCheck {
    /**
     * Whether somebody holds code of {@code module}, and may call it later. Context: process.
     *
     * @see Modules#ownerOf
     */
    boolean isCalledLater(Module module);
}
