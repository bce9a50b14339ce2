package org.vkernel.netlink.host;

import org.jspecify.annotations.Nullable;

/** Numbers of the system calls that are made past the C library. */
record SyscallNumbers(int setgroups, int setresuid, int setresgid, int gettid, int tgkill) {
    private static final SyscallNumbers X86_64 = new SyscallNumbers(116, 117, 119, 186, 234);
    private static final SyscallNumbers AARCH64 = new SyscallNumbers(159, 147, 149, 178, 131);

    /** Those of the machine below; null if they are not known. */
    static @Nullable SyscallNumbers ofThisMachine() {
        return switch (HostKernel.machine()) {
            case "x86_64" -> X86_64;
            case "aarch64" -> AARCH64;
            default -> null;
        };
    }
}
