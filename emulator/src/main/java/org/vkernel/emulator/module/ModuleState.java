package org.vkernel.emulator.module;

/** Where a module is in its life ({@code enum module_state}). */
public enum ModuleState {
    /** Its {@code init} runs. */
    COMING("Loading"),
    /** It is there. */
    LIVE("Live"),
    /** Its {@code exit} runs, or its {@code init} has failed. */
    GOING("Unloading");

    private final String text;

    ModuleState(String text) {
        this.text = text;
    }

    /** As {@code /proc/modules} shows it. */
    public String text() {
        return text;
    }
}
