package org.vkernel.emulator.proc;

import com.google.common.base.Preconditions;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The files below {@code /proc} that this kernel has (fs/proc). Each is shown as a whole, as {@code
 * single_open()} files are.
 */
public final class ProcFs {
    private static final String ROOT = "/proc/";

    private final ConcurrentSkipListMap<String, ProcFile> files = new ConcurrentSkipListMap<>();

    /**
     * {@code proc_create_single()}. Context: process.
     *
     * @param path the whole path, such as {@code /proc/net/netlink}
     * @return whether there was no such file yet
     */
    public boolean create(String path, ProcFile file) {
        Preconditions.checkArgument(path.startsWith(ROOT), "%s is not below %s", path, ROOT);
        return files.putIfAbsent(path, file) == null;
    }

    /** {@code remove_proc_entry()}: whether there was such a file. Context: process. */
    public boolean remove(String path) {
        return files.remove(path) != null;
    }

    /** The file's text, or null if there is none. Context: process; may sleep. */
    public @Nullable String read(String path) {
        ProcFile file = files.get(path);
        if (file == null) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        file.show(text);
        return text.toString();
    }

    /** All paths, sorted. */
    public List<String> paths() {
        return List.copyOf(files.keySet());
    }
}
