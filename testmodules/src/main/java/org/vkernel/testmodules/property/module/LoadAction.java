package org.vkernel.testmodules.property.module;

/** What is done in a run of {@link Loads}. */
sealed interface LoadAction {
    /**
     * A process loads the module, or unloads it.
     *
     * @param process which, from 0
     * @param unloads whether it unloads it
     * @param fail which step of init fails, 0 for none
     * @param ticks how long it sleeps afterwards
     */
    record Load(int process, boolean unloads, int fail, int ticks) implements LoadAction {}

    /** A process sends messages to the module's callback. */
    record Send(int process, int count) implements LoadAction {}
}
