package org.vkernel.connector.user;

/** Told that messages were lost, so that it can read again what it needs. */
@FunctionalInterface
public interface LossHandler {
    /**
     * Resynchronises. It may make calls; if messages are lost meanwhile, it is called once more
     * after it has returned. What it throws comes out of the method that drove the client.
     */
    void lost(Loss loss);
}
