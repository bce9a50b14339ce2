package org.vkernel.emulator.process;

/**
 * What signals do where nobody handles them ({@code SIG_KERNEL_*_MASK}, include/linux/signal.h).
 */
final class Signals {
    /** One more than the greatest. */
    static final int COUNT = 64;

    private static final long DUMPS_CORE = bits(3, 4, 5, 6, 7, 8, UserProcess.SIGSEGV, 24, 25, 31);

    private static final long IS_IGNORED = bits(UserProcess.SIGCHLD, 18, 23, 28);

    private Signals() {}

    private static long bits(int... signals) {
        long bits = 0;
        for (int signal : signals) {
            bits |= bit(signal);
        }
        return bits;
    }

    static long bit(int signal) {
        return 1L << signal;
    }

    /** {@code sig_kernel_coredump()}. */
    static boolean dumpsCore(int signal) {
        return (DUMPS_CORE & bit(signal)) != 0;
    }

    /** {@code sig_kernel_ignore()}. */
    static boolean isIgnoredByDefault(int signal) {
        return (IS_IGNORED & bit(signal)) != 0;
    }
}
