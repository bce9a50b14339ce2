package org.vkernel.testmodules.cli;

import java.nio.file.Path;
import java.util.List;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.Profile;
import org.vkernel.netlink.script.NetlinkScript;
import org.vkernel.netlink.script.ScriptFormatException;
import org.vkernel.netlink.script.ScriptKernel;
import org.vkernel.netlink.script.ScriptOperations;
import org.vkernel.netlink.script.ScriptReplay;

/** {@code vkernel script replay}. */
final class ScriptReplayRun {
    private ScriptReplayRun() {}

    static int run(String[] names, Console console) throws UsageException {
        ScriptOperations operations = ScriptOperations.load();
        List<Path> files = ScriptFiles.find(names);
        for (Path file : files) {
            check(file);
        }
        long done = 0;
        long divergences = 0;
        for (Path file : files) {
            NetlinkScript script = ScriptFiles.read(file);
            List<ScriptReplay.Divergence> found = replay(file, script, operations);
            done += script.lines().size();
            divergences += found.size();
            for (ScriptReplay.Divergence divergence : found) {
                console.out().println(file + ": " + divergence);
            }
        }
        console.println(
                files.size()
                        + " scripts, "
                        + done
                        + " operations, "
                        + divergences
                        + " divergences");
        return divergences == 0 ? Main.OK : Main.FAILED;
    }

    /** Wrong input is told before anything is printed. */
    private static void check(Path file) throws UsageException {
        NetlinkScript script = ScriptFiles.read(file);
        for (NetlinkScript.Line line : script.lines()) {
            if (!line.hasAnswer()) {
                throw new UsageException(
                        file
                                + ":"
                                + line.number()
                                + ": no answer to compare with: expected"
                                + " a record (see 'vkernel script record')");
            }
        }
        try {
            Profile.forKernelRelease(script.header().kernel());
        } catch (IllegalArgumentException e) {
            throw new UsageException(file + ":1: " + e.getMessage());
        }
    }

    private static List<ScriptReplay.Divergence> replay(
            Path file, NetlinkScript script, ScriptOperations operations) throws UsageException {
        try {
            return ScriptKernel.replay(script, operations, KernelConfig.simulated(1));
        } catch (ScriptFormatException e) {
            throw new UsageException(file + ": " + e.getMessage());
        } catch (KernelFailedException e) {
            return List.of(
                    new ScriptReplay.Divergence(
                            0, "the whole script", String.valueOf(e.getMessage())));
        }
    }
}
