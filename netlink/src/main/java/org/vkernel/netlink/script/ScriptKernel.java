package org.vkernel.netlink.script;

import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.user.KernelNetlink;

/** Replays scripts on virtual kernels: each on a kernel of its own, in a fresh process. */
public final class ScriptKernel {
    private ScriptKernel() {}

    /**
     * Boots a kernel like the one that the script was recorded on, does the script's operations
     * there, and shuts it down.
     *
     * @param config the machine; the profile is that of the script's header
     * @return where the answers differ
     */
    public static List<ScriptReplay.Divergence> replay(
            NetlinkScript script, ScriptOperations operations, KernelConfig config) {
        NetlinkScript.Header header = script.header();
        Profile profile = Profile.forKernelRelease(header.kernel());
        List<ScriptReplay.Divergence> divergences = new ArrayList<>();
        try (VirtualKernel kernel = VirtualKernel.boot(config.profile(profile))) {
            useUpPids(kernel, header.tgid());
            UserProcess process =
                    kernel.spawn(
                            "script",
                            header.uid(),
                            self ->
                                    divergences.addAll(
                                            new ScriptReplay(operations)
                                                    .replay(script, session(kernel, self))));
            kernel.join(process);
        }
        return divergences;
    }

    /** Lets the next process get the id {@code tgid}, which the script may hold as a number. */
    private static void useUpPids(VirtualKernel kernel, int tgid) {
        kernel.run(() -> {
            int last = 0;
            while (last < tgid - 1) {
                last = kernel.sched().allocatePid();
            }
        });
    }

    private static ScriptSession session(VirtualKernel kernel, UserProcess process) {
        return new ScriptSession(new KernelNetlink(process), process.tgid(), kernel::readProc);
    }
}
