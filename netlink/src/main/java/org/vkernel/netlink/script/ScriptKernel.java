package org.vkernel.netlink.script;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;

/** Does scripts on virtual kernels: each on a kernel of its own, in a fresh process. */
public final class ScriptKernel {
    /** The process id where a script says none. */
    private static final int TGID = 100;

    private ScriptKernel() {}

    /**
     * Boots a kernel like the one that the script was recorded on, does the script's operations
     * there, and shuts it down.
     *
     * @param config the machine; the profile is that of the script's header
     * @return where the answers differ
     * @throws IllegalArgumentException if no profile fits the header's kernel
     */
    public static List<ScriptReplay.Divergence> replay(
            NetlinkScript script, ScriptOperations operations, KernelConfig config) {
        List<ScriptReplay.Divergence> divergences = new ArrayList<>();
        NetlinkScript.Header header = script.header();
        ScriptReplay replay = new ScriptReplay(operations);
        run(
                script,
                operations,
                machineOf(header, config),
                header.tgid() == 0 ? TGID : header.tgid(),
                session -> divergences.addAll(replay.replay(script, session)));
        return divergences;
    }

    /**
     * Boots a kernel, does the script's operations there, and shuts it down.
     *
     * @param config the machine and its profile
     * @return the record
     */
    public static NetlinkScript record(
            NetlinkScript script, ScriptOperations operations, KernelConfig config) {
        List<NetlinkScript.Line> lines = new ArrayList<>();
        NetlinkScript.Header header = script.header();
        ScriptRecorder recorder = new ScriptRecorder(operations);
        int tgid = header.tgid() == 0 ? TGID : header.tgid();
        run(
                script,
                operations,
                config,
                tgid,
                session -> lines.addAll(recorder.record(script, session)));
        return new NetlinkScript(
                new NetlinkScript.Header(
                        config.profile().name(),
                        "vkernel",
                        header.uid(),
                        tgid,
                        header.title(),
                        header.listenersLeft()),
                lines);
    }

    /** The records of 6.1 tell the numbers of one CPU's events: that kernel had no other. */
    private static KernelConfig machineOf(NetlinkScript.Header header, KernelConfig config) {
        Profile profile = Profile.forKernelRelease(header.kernel());
        KernelConfig machine = config.profile(profile);
        return profile.equals(Profile.V6_1) ? machine.cpus(1) : machine;
    }

    private static void run(
            NetlinkScript script,
            ScriptOperations operations,
            KernelConfig config,
            int tgid,
            Consumer<ScriptSession> body) {
        List<ScriptFormatException> wrong = new ArrayList<>();
        try (VirtualKernel kernel = VirtualKernel.boot(config);
                OtherProtocols _ = new OtherProtocols(kernel, script)) {
            operations.prepare(kernel);
            // The script may hold the id as a number.
            kernel.sched().skipPids(tgid - 1);
            UserProcess process =
                    kernel.spawn(
                            "script",
                            script.header().uid(),
                            self -> {
                                try (ScriptSession session = new ScriptSession(self)) {
                                    body.accept(session);
                                } catch (ScriptFormatException e) {
                                    wrong.add(e); // the script's fault, not the process's
                                }
                            });
            kernel.join(process);
        }
        if (!wrong.isEmpty()) {
            throw wrong.getFirst();
        }
    }
}
