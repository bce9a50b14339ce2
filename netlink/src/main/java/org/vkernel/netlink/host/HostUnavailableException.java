package org.vkernel.netlink.host;

/** The host cannot do what was asked: no Linux, or no permission. */
public final class HostUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Says why. */
    public HostUnavailableException(String reason) {
        super("not available: " + reason);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
