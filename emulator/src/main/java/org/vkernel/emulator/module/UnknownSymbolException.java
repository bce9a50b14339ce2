package org.vkernel.emulator.module;

/** A module uses what nothing loaded provides. Ends the load, as an unresolved symbol does. */
public final class UnknownSymbolException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String symbol;
    private final int error;

    /**
     * Ends a load.
     *
     * @param error a negative errno
     */
    UnknownSymbolException(String symbol, int error) {
        super("Unknown symbol " + symbol);
        this.symbol = symbol;
        this.error = error;
    }

    /** What the load fails with, a negative errno. */
    int error() {
        return error;
    }

    /** What was not found. */
    public String symbol() {
        return symbol;
    }
}
