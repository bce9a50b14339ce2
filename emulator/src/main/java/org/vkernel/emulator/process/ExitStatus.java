package org.vkernel.emulator.process;

/**
 * How a child ended, as {@code wait4()} tells.
 *
 * @param pid which child
 * @param code {@code status << 8}, or the signal that killed it, with {@link #CORE_DUMPED}
 */
public record ExitStatus(int pid, int code) {
    /** In a code: it dumped core. */
    public static final int CORE_DUMPED = 0x80;

    private static final int SIGNAL_MASK = 0x7f;

    /** {@code WIFEXITED}: it called exit. */
    public boolean hasExited() {
        return (code & SIGNAL_MASK) == 0;
    }

    /** {@code WEXITSTATUS}. */
    public int status() {
        return code >>> 8 & 0xff;
    }

    /** {@code WTERMSIG}: what killed it; 0 if nothing did. */
    public int signal() {
        return code & SIGNAL_MASK;
    }

    /** {@code WCOREDUMP}. */
    public boolean hasDumpedCore() {
        return (code & CORE_DUMPED) != 0;
    }
}
