package org.vkernel.emulator.process;

import com.google.common.base.Splitter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of processes below {@code /proc} (fs/proc/base.c, fs/proc/array.c). */
final class ProcessFiles {
    private static final Splitter PARTS = Splitter.on('/');

    private final ProcessTable table;

    ProcessFiles(ProcessTable table) {
        this.table = table;
    }

    /** The text of {@code /proc/PID/NAME} or {@code /proc/self/NAME}, or null. Context: process. */
    @Nullable String read(String path) {
        List<String> parts = PARTS.splitToList(path);
        if (parts.size() != 4) {
            return null;
        }
        UserThread thread = find(parts.get(2));
        return thread == null ? null : text(thread, parts.get(3));
    }

    private @Nullable UserThread find(String id) {
        if (id.equals("self")) {
            return table.current().process().leader();
        }
        boolean isNumber = !id.isEmpty() && id.length() < 10;
        for (int i = 0; i < id.length(); i++) {
            isNumber &= id.charAt(i) >= '0' && id.charAt(i) <= '9';
        }
        return isNumber ? table.findThread(Integer.parseInt(id)) : null;
    }

    private static @Nullable String text(UserThread thread, String name) {
        return switch (name) {
            case "comm" -> thread.comm() + '\n';
            case "cmdline" -> commandLine(thread);
            case "status" -> status(thread);
            default -> null;
        };
    }

    /** Each argument with a NUL behind it; nothing of a process that has ended. */
    private static String commandLine(UserThread thread) {
        if (thread.isExiting()) {
            return "";
        }
        return String.join("\0", thread.process().commandLine()) + '\0';
    }

    private static String status(UserThread thread) {
        Credentials ids = thread.process().credentials();
        UserThread parent = thread.realParent();
        return String.format(
                "Name:\t%s\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\nUid:\t%s\nGid:\t%s\n",
                thread.comm(),
                thread.tgid(),
                thread.pid(),
                parent == null ? 0 : parent.tgid(),
                ids(ids.ruid(), ids.euid(), ids.suid()),
                ids(ids.rgid(), ids.egid(), ids.sgid()));
    }

    /** The real id, the effective, the saved, and that of the file system. */
    private static String ids(int real, int effective, int saved) {
        return Integer.toUnsignedString(real)
                + '\t'
                + Integer.toUnsignedString(effective)
                + '\t'
                + Integer.toUnsignedString(saved)
                + '\t'
                + Integer.toUnsignedString(effective);
    }
}
