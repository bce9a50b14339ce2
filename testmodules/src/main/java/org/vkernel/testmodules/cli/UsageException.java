package org.vkernel.testmodules.cli;

/** Wrong usage or input: ends a command with status 2. */
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Says what is wrong.
     *
     * @param message one line: what, where, and what was expected
     */
    public UsageException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
