package org.vkernel.netlink.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;

/** What the host's kernel is, and whether its sockets can be used from here. */
public final class HostKernel {
    /** {@code AF_NETLINK} is refused by containers that have no netlink. */
    private static final class Probe {
        static final @Nullable String REASON = reason();

        private Probe() {}
    }

    private HostKernel() {}

    /** Why the host's netlink sockets cannot be used; null if they can. */
    public static @Nullable String unavailable() {
        return Probe.REASON;
    }

    /**
     * Does nothing where the host's netlink sockets can be used.
     *
     * @throws HostUnavailableException where they cannot, with the reason
     */
    public static void require() throws HostUnavailableException {
        String reason = Probe.REASON;
        if (reason != null) {
            throw new HostUnavailableException(reason);
        }
    }

    private static @Nullable String reason() {
        String system = System.getProperty("os.name", "an unknown system");
        if (!system.equals("Linux")) {
            return "this is " + system + ", not Linux";
        }
        if (SyscallNumbers.ofThisMachine() == null) {
            return "Linux on " + machine() + " is not known here; x86_64 and aarch64 are";
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(LibC.STATE_BYTES, JAVA_INT.byteAlignment());
            int type = SocketType.SOCK_RAW | SocketType.SOCK_CLOEXEC;
            int protocol = NetlinkProtocol.NETLINK_USERSOCK;
            int fd = LibC.socket(state, AddressFamily.AF_NETLINK, type, protocol);
            if (fd < 0) {
                return "socket(AF_NETLINK) is " + Errno.name(fd) + " here";
            }
            var _ = LibC.close(state, fd);
            return null;
        } catch (LinkageError | IllegalCallerException | UnsupportedOperationException e) {
            return "this JVM cannot call C functions (" + e.getMessage() + ")";
        }
    }

    /** The kernel's release, as {@code uname -r} shows it. */
    public static String release() throws HostUnavailableException {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
        } catch (IOException e) {
            throw new HostUnavailableException("/proc is not readable (" + e.getMessage() + ")");
        }
    }

    /** The machine, as {@code uname -m} shows it. */
    public static String machine() {
        String name = System.getProperty("os.arch", "unknown").toLowerCase(Locale.ROOT);
        return name.equals("amd64") ? "x86_64" : name;
    }

    /** The process id of this JVM. */
    public static int tgid() {
        return (int) ProcessHandle.current().pid();
    }
}
