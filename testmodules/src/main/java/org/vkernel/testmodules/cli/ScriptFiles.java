package org.vkernel.testmodules.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.vkernel.netlink.script.NetlinkScript;
import org.vkernel.netlink.script.ScriptFormatException;

/** The files of netlink scripts that a user names. */
final class ScriptFiles {
    private static final String ENDING = ".nls";

    private ScriptFiles() {}

    /**
     * All scripts of {@code names}, those of a folder in the order of their names.
     *
     * @throws UsageException if a name stands for nothing, or a folder holds none
     */
    static List<Path> find(String[] names) throws UsageException {
        List<Path> all = new ArrayList<>();
        for (String name : names) {
            Path path = path(name);
            if (Files.isDirectory(path)) {
                List<Path> found = below(path);
                if (found.isEmpty()) {
                    throw new UsageException(
                            name + ": expected at least one *" + ENDING + " there");
                }
                all.addAll(found);
            } else if (Files.isReadable(path)) {
                all.add(path);
            } else {
                throw new UsageException(name + ": expected a readable script or folder");
            }
        }
        return all;
    }

    static Path path(String name) throws UsageException {
        if (name.isEmpty()) {
            throw new UsageException("'': expected a path");
        }
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new UsageException("'" + name + "': expected a path");
        }
    }

    private static List<Path> below(Path folder) throws UsageException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ENDING)).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            throw new UsageException(folder + ": cannot be read (" + e + "): expected a folder");
        }
    }

    /** Reads a script. */
    static NetlinkScript read(Path file) throws UsageException {
        try {
            return NetlinkScript.read(file);
        } catch (ScriptFormatException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UsageException(file + ": cannot be read (" + e + "): expected a script");
        }
    }

    /** Makes a folder, if it is not there. */
    static Path makeFolder(String name) throws UsageException {
        Path folder = path(name);
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UsageException(
                    "-o " + name + ": cannot be made (" + e + "): expected a folder");
        }
    }

    /** Writes a script into a folder. */
    static Path write(NetlinkScript script, Path folder, String name) throws UsageException {
        Path file = folder.resolve(name.endsWith(ENDING) ? name : name + ENDING);
        try {
            script.write(file);
        } catch (IOException e) {
            throw new UsageException(file + ": cannot be written (" + e + ")");
        }
        return file;
    }
}
