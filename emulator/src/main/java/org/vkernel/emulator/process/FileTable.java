package org.vkernel.emulator.process;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.sched.Scheduler;

/** Models {@code struct files_struct} (fs/file.c): a process's descriptors. */
public final class FileTable {
    private static final int FIRST_FD = 3; // 0, 1 and 2 are the process's standard streams

    private final SpinLock lock;
    private volatile @Nullable OpenFile[] files = new OpenFile[4];

    /** Makes an empty table. */
    public FileTable(Scheduler sched) {
        lock = new SpinLock(sched, "file_lock");
    }

    /** Takes the lowest free descriptor for {@code file}, whose reference it takes over. */
    public int install(OpenFile file) {
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
        lock.unlock();
        child.files = table;
    }

    /** {@code close_files()}: closes all, lowest first. */
    public void closeAll() {
        for (int slot = 0; slot < files.length; slot++) {
            var _ = close(slot + FIRST_FD);
        }
    }
}
