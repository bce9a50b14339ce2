package org.vkernel.testmodules.scenario;

/** There is no such scenario; the message is one line that says so and names what there is. */
public final class UnknownScenarioException extends Exception {
    private static final long serialVersionUID = 1L;

    UnknownScenarioException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
