package org.vkernel.emulator.explore;

/** A recorded schedule does not fit the program that it is replayed on. */
public final class ScheduleMismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ScheduleMismatch(String message) {
        super(message);
    }
}
