package org.vkernel.emulator.module;

/** A module uses what nothing loaded provides. Ends the load, as an unresolved symbol does. */
public final class UnknownSymbolException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String symbol;

    UnknownSymbolException(String symbol) {
        super("Unknown symbol " + symbol);
        this.symbol = symbol;
    }

    /** What was not found. */
    public String symbol() {
        return symbol;
    }
}
