package org.vkernel.testmodules.cli;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.netlink.host.HostScripts;
import org.vkernel.netlink.host.HostUnavailableException;
import org.vkernel.netlink.script.NetlinkScript;
import org.vkernel.netlink.script.ScriptFormatException;
import org.vkernel.netlink.script.ScriptKernel;
import org.vkernel.netlink.script.ScriptOperations;

/** {@code vkernel script record}. */
final class ScriptRecordRun {
    private ScriptRecordRun() {}

    static int run(String[] names, String on, String output, Console console)
            throws UsageException {
        if (!on.equals("host") && !on.equals("vkernel")) {
            throw new UsageException("--on " + on + ": expected host or vkernel");
        }
        List<Path> files = ScriptFiles.find(names);
        Path folder = ScriptFiles.makeFolder(output);
        Map<String, Path> byName = new LinkedHashMap<>();
        for (Path file : files) {
            String name = file.getFileName().toString();
            Path other = byName.put(name, file);
            if (other != null) {
                throw new UsageException(
                        file + ": " + other + " has the same name: expected one of them");
            }
        }
        List<NetlinkScript> records =
                on.equals("host") ? recordOnHost(files) : recordOnVkernel(files);
        long operations = 0;
        for (int i = 0; i < files.size(); i++) {
            NetlinkScript record = records.get(i);
            operations += record.lines().size();
            Path file = ScriptFiles.write(record, folder, files.get(i).getFileName().toString());
            console.complain("script record: " + file);
        }
        console.println(files.size() + " scripts, " + operations + " operations recorded");
        return Main.OK;
    }

    private static List<NetlinkScript> recordOnHost(List<Path> files) throws UsageException {
        List<NetlinkScript> records = new ArrayList<>();
        try (HostScripts host = new HostScripts(ScriptOperations.load())) {
            for (Path file : files) {
                records.add(checked(file, () -> host.record(ScriptFiles.read(file))));
            }
        } catch (HostUnavailableException e) {
            throw new UsageException("the host's kernel is " + e.getMessage());
        }
        return records;
    }

    private static List<NetlinkScript> recordOnVkernel(List<Path> files) throws UsageException {
        ScriptOperations operations = ScriptOperations.load();
        List<NetlinkScript> records = new ArrayList<>();
        for (Path file : files) {
            NetlinkScript script = ScriptFiles.read(file);
            KernelConfig config = KernelConfig.simulated(1).profile(profile(file, script));
            records.add(checked(file, () -> ScriptKernel.record(script, operations, config)));
        }
        return records;
    }

    private static Profile profile(Path file, NetlinkScript script) throws UsageException {
        String release = script.header().kernel();
        try {
            return release.isEmpty() ? Profile.DEFAULT : Profile.forKernelRelease(release);
        } catch (IllegalArgumentException e) {
            throw new UsageException(file + ":1: " + e.getMessage());
        }
    }

    /** Makes a record. */
    @FunctionalInterface
    private interface Recording {
        NetlinkScript record() throws UsageException, HostUnavailableException;
    }

    private static NetlinkScript checked(Path file, Recording recording) throws UsageException {
        NetlinkScript record;
        try {
            record = recording.record();
        } catch (HostUnavailableException e) {
            throw new UsageException(file + ": the host's kernel is " + e.getMessage());
        } catch (ScriptFormatException e) {
            throw new UsageException(file + ": " + e.getMessage());
        }
        for (NetlinkScript.Line line : record.lines()) {
            JsonObject json = line.json();
            if (json.has("blocks")) {
                throw new UsageException(
                        file
                                + ":"
                                + line.number()
                                + ": would wait for ever: expected"
                                + " MSG_DONTWAIT, or a time-out");
            }
        }
        return record;
    }
}
