package org.vkernel.testmodules.fuzz;

import static com.google.common.base.Preconditions.checkState;

import java.time.Duration;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.core.MessageCounts;
import org.vkernel.netlink.core.Netlink;

/**
 * Any bytes as system calls of a process: sockets of USERSOCK, of the connector and of a protocol
 * whose kernel socket answers, called with anything.
 *
 * <p>A call may fail with an errno, or wait for ever; it may throw no other exception. What is left
 * afterwards the kernel frees when it kills the process: no sk_buff stays, no message is
 * unaccounted for, and nothing is reported.
 */
public final class SyscallFuzz {
    private static final int NOBODY = 65_534;

    /** Longer than any time-out of 32 bits in seconds; it takes no real time. */
    private static final Duration LONG = Duration.ofDays(365L * 200);

    private SyscallFuzz() {}

    /** What a fuzzer calls. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        FuzzInput input = new FuzzInput(bytes);
        int setUp = input.u8();
        Profile profile = Profile.all().get(setUp % Profile.all().size());
        KernelConfig config =
                KernelConfig.simulated(setUp).cpus(1 + (setUp >> 4 & 1)).profile(profile);
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            kernel.insmod(ConnectorModule.class);
            FuzzedProtocol protocol = new FuzzedProtocol(kernel);
            int uid = (setUp & 0x80) == 0 ? 0 : NOBODY;
            UserProcess process =
                    kernel.spawn(
                            "fuzz",
                            uid,
                            self -> {
                                FuzzedCalls calls = new FuzzedCalls(self, protocol, input);
                                while (!input.isEmpty()) {
                                    calls.next();
                                }
                            });
            kernel.runFor(LONG);
            if (!process.isDead()) {
                kernel.kill(process, UserProcess.SIGKILL);
                kernel.join(process);
            }
            protocol.release();
            kernel.run(() -> kernel.rcu().barrier());
            checkState(kernel.skbs().live() == 0, "%s sk_buffs are left", kernel.skbs().live());
            MessageCounts counts = kernel.use(Netlink.class).counts();
            checkState(counts.queued() == 0, "%s", counts);
        }
    }
}
