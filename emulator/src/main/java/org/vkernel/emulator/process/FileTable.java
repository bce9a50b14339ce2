package org.vkernel.emulator.process;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.sched.Scheduler;

/** Models {@code struct files_struct} (fs/file.c): a process's descriptors. */
public final class FileTable {
    private static final int FIRST_FD = 3; // 0, 1 and 2 are the process's standard streams

    private final SpinLock lock;
    private volatile @Nullable OpenFile[] files = new OpenFile[4];

    /** Which entries an exec closes. Under the lock. */
    private final BitSet closedOnExec = new BitSet();

    /** Makes an empty table. */
    public FileTable(Scheduler sched) {
        lock = new SpinLock(sched, "file_lock");
    }

    /** As {@link #install(OpenFile, boolean)}, of a file that an exec leaves open. */
    public int install(OpenFile file) {
        return install(file, false);
    }

    /**
     * Takes the lowest free descriptor for {@code file}, whose reference it takes over.
     *
     * @param closeOnExec whether an exec closes it ({@code O_CLOEXEC})
     */
    public int install(OpenFile file, boolean closeOnExec) {
        lock.lock();
        @Nullable OpenFile[] table = files;
        int slot = 0;
        while (slot < table.length && table[slot] != null) {
            slot++;
        }
        if (slot == table.length) {
            table = Arrays.copyOf(table, slot * 2);
        }
        table[slot] = file;
        closedOnExec.set(slot, closeOnExec);
        files = table; // publishes the entry to lockless readers
        lock.unlock();
        return slot + FIRST_FD;
    }

    /** {@code fget_raw()} without a reference: the file of {@code fd}, or null. */
    public @Nullable OpenFile get(int fd) {
        @Nullable OpenFile[] table = files;
        int slot = fd - FIRST_FD;
        return slot >= 0 && slot < table.length ? table[slot] : null;
    }

    /**
     * {@code close_fd()}: frees the descriptor and drops its reference. Context: process; may
     * sleep.
     *
     * @return whether it was open
     */
    public boolean close(int fd) {
        lock.lock();
        OpenFile file = get(fd);
        if (file != null) {
            @Nullable OpenFile[] table = files;
            table[fd - FIRST_FD] = null;
            files = table; // publishes the change to lockless readers
        }
        lock.unlock();
        if (file == null) {
            return false;
        }
        file.put();
        return true;
    }

    /** {@code dup_fd()}: {@code child} gets the same descriptors, which share the open files. */
    void copyTo(FileTable child) {
        lock.lock();
        @Nullable OpenFile[] table = files.clone();
        for (OpenFile file : table) {
            if (file != null) {
                file.get();
            }
        }
        child.closedOnExec.or(closedOnExec);
        lock.unlock();
        child.files = table;
    }

    /** {@code do_close_on_exec()}. Context: process; may sleep. */
    void closeOnExec() {
        for (int slot = 0; slot < files.length; slot++) {
            lock.lock();
            boolean closes = closedOnExec.get(slot);
            lock.unlock();
            if (closes) {
                var _ = close(slot + FIRST_FD);
            }
        }
    }

    /** {@code close_files()}: closes all, lowest first. */
    public void closeAll() {
        for (int slot = 0; slot < files.length; slot++) {
            var _ = close(slot + FIRST_FD);
        }
    }
}
