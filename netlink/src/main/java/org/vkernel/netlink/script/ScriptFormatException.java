package org.vkernel.netlink.script;

/** A netlink script is not what the format says. */
public final class ScriptFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what is wrong, and what was expected. */
    public ScriptFormatException(String message) {
        super(message);
    }
}
