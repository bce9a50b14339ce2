package org.vkernel.emulator;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A system call failed: what a user process sees where its C counterpart would see -1 and {@code
 * errno}.
 *
 * <p>Kernel code never throws or catches it: inside the kernel an error is a negative return value.
 * The system call boundary turns the one into the other.
 */
public final class ErrnoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;
    private final String call;

    /**
     * Describes a failed call.
     *
     * @param call the system call's name, {@code "recvmsg"} for example
     * @param errno the error number, positive as in {@code errno} or negative as kernel functions
     *     return it
     */
    public ErrnoException(String call, int errno) {
        super(call + ": " + Errno.name(errno) + " (" + Errno.text(errno) + ")");
        checkArgument(errno != 0 && errno != Integer.MIN_VALUE, "%s is no error number", errno);
        this.errno = Math.abs(errno);
        this.call = call;
    }

    /** The error number, positive: compare it with the constants of {@link Errno}. */
    public int errno() {
        return errno;
    }

    /** The error number's name, {@code "ENOBUFS"} for example. */
    public String name() {
        return Errno.name(errno);
    }

    /** The name of the system call that failed. */
    public String call() {
        return call;
    }
}
