package org.vkernel.emulator.proc;

import com.google.common.base.Preconditions;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KmemCache;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.AtomicInt;

/**
 * The files below {@code /proc} that this kernel has (fs/proc). Each is shown as a whole, as {@code
 * single_open()} files are.
 */
public final class ProcFs {
    /** The rule of {@link #remove}. */
    public static final String NOT_THERE = "remove_proc_entry() of a file that is not there";

    private static final String ROOT = "/proc/";

    /** {@code sizeof(struct proc_dir_entry)}, with room for a short name. */
    private static final int ENTRY_BYTES = 192;

    /** A file, and how many show it now; {@link #REMOVED} is added when it goes. */
    private static final class Entry {
        private static final int REMOVED = Integer.MIN_VALUE;

        private final ProcFile file;
        private final AtomicInt users;

        /** The number of its memory; 0 for what was there at boot. */
        private final int object;

        Entry(Scheduler sched, ProcFile file, int object) {
            this.file = file;
            this.object = object;
            this.users = new AtomicInt(sched, 0);
        }

        /** {@code use_pde()}: false if it is going. */
        boolean use() {
            for (; ; ) {
                int seen = users.get();
                if (seen < 0) {
                    return false;
                }
                if (users.compareAndSet(seen, seen + 1)) {
                    return true;
                }
            }
        }

        /** {@code unuse_pde()}: whether it was the last user of one that is going. */
        boolean unuse() {
            return users.decrementAndGet() == REMOVED;
        }

        /** Lets nobody in any more; whether somebody is in. */
        boolean close() {
            return users.addAndGet(REMOVED) != REMOVED;
        }

        boolean isUnused() {
            return users.get() == REMOVED;
        }
    }

    private final Scheduler sched;
    private final WaitQueue unused;
    private volatile @Nullable KmemCache entries;
    private Function<String, @Nullable String> processFiles = path -> null;
    private final ConcurrentSkipListMap<String, Entry> files = new ConcurrentSkipListMap<>();

    public ProcFs(Scheduler sched) {
        this.sched = sched;
        this.unused = new WaitQueue(sched, "the readers of a proc file");
    }

    /** From now on, as the kernel has booted, files are made of memory. */
    public void setMemory(Memory memory) {
        entries = memory.createCache("proc_dir_entry", ENTRY_BYTES);
    }

    /**
     * {@code proc_create_single()}. Context: process; may sleep.
     *
     * @param path the whole path, such as {@code /proc/net/netlink}
     * @return whether there was no such file yet, and memory for it
     */
    public boolean create(String path, ProcFile file) {
        Preconditions.checkArgument(path.startsWith(ROOT), "%s is not below %s", path, ROOT);
        KmemCache cache = entries;
        int object = cache == null ? 0 : cache.alloc(sched.current(), GfpMask.KERNEL);
        if (cache != null && object == 0) {
            return false;
        }
        Entry entry = new Entry(sched, file, object);
        boolean isNew = files.putIfAbsent(path, entry) == null;
        if (!isNew) {
            free(entry);
        }
        CodeWatch watch = sched.codeWatch();
        if (isNew && watch != null) {
            watch.armed(CodeWatch.Kind.PROC, entry, path, file);
        }
        return isNew;
    }

    /**
     * {@code remove_proc_entry()}: takes a file away, and waits until nobody shows it. Context:
     * process; sleeps. That there is none is reported, as Linux warns of it.
     *
     * @return whether there was such a file
     */
    public boolean remove(String path) {
        Entry entry = files.remove(path);
        if (entry == null) {
            sched.reportBroken(NOT_THERE, path);
            return false;
        }
        CodeWatch watch = sched.codeWatch();
        if (watch != null) {
            watch.disarmed(entry);
        }
        if (entry.close()) {
            unused.waitEvent(entry::isUnused);
        }
        free(entry);
        return true;
    }

    private void free(Entry entry) {
        KmemCache cache = entries;
        if (cache != null && entry.object != 0) {
            cache.free(sched.current(), entry.object);
        }
    }

    /**
     * Sets what is asked for files that are not listed, since they come and go with what they tell
     * of: those of processes.
     *
     * @param reader gives the text for a path, or null if there is no such file
     */
    public void setProcessFiles(Function<String, @Nullable String> reader) {
        processFiles = reader;
    }

    /** The file's text, or null if there is none. Context: process; may sleep. */
    public @Nullable String read(String path) {
        Entry entry = files.get(path);
        if (entry == null) {
            return processFiles.apply(path);
        }
        if (!entry.use()) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        show(path, entry, text);
        if (entry.unuse()) {
            unused.wakeUpAll();
        }
        return text.toString();
    }

    private void show(String path, Entry entry, StringBuilder text) {
        CodeWatch watch = sched.codeWatch();
        if (watch == null) {
            entry.file.show(text);
        } else if (watch.enter(CodeWatch.Kind.PROC, entry, path, entry.file)) {
            entry.file.show(text);
            watch.leave(entry.file);
        }
    }

    /** All paths, sorted. */
    public List<String> paths() {
        return List.copyOf(files.keySet());
    }
}
