package org.vkernel.testmodules.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.core.NetlinkTap;
import org.vkernel.netlink.tap.PcapngTap;

/** Where {@code --pcap} writes: nowhere, or to a file. */
final class CaptureOutput {
    private final @Nullable String name;
    private final @Nullable PcapngTap tap;

    private CaptureOutput(@Nullable String name, @Nullable PcapngTap tap) {
        this.name = name;
        this.tap = tap;
    }

    /** Opens it; a null name is none. */
    static CaptureOutput open(@Nullable String name) throws UsageException {
        if (name == null) {
            return new CaptureOutput(null, null);
        }
        try {
            return new CaptureOutput(name, new PcapngTap(Files.newOutputStream(Path.of(name))));
        } catch (IOException | InvalidPathException e) {
            throw new UsageException(
                    "--pcap "
                            + name
                            + ": cannot be written ("
                            + e.getClass().getSimpleName()
                            + "): expected a file's path");
        }
    }

    /** What is to see each delivery; null if nothing. */
    @Nullable NetlinkTap tap() {
        return tap;
    }

    /** Writes what is left; complains if not all of it could be written. */
    boolean finish(Console console) {
        if (tap == null) {
            return true;
        }
        try {
            tap.close();
            return true;
        } catch (IOException e) {
            console.complain("--pcap " + name + ": could not be written (" + e.getMessage() + ")");
            return false;
        }
    }
}
