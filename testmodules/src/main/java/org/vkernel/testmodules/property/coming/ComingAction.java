package org.vkernel.testmodules.property.coming;

/** What is done in a run of {@link Comings}. */
sealed interface ComingAction {
    /**
     * A process loads the connector or its test module, or unloads it.
     *
     * @param process which, from 0
     * @param isTest whether it is the test module
     * @param unloads whether it unloads it
     * @param ticks how long it sleeps afterwards
     * @param failing which allocation of it fails, from 1; 0 for none
     */
    record Turn(int process, boolean isTest, boolean unloads, int ticks, int failing)
            implements ComingAction {}

    /**
     * A process opens a socket to the connector and sends it a message, so many times.
     *
     * @param process which, from 0
     * @param count how often
     */
    record Use(int process, int count) implements ComingAction {}
}
