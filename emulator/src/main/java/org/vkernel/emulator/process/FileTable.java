package org.vkernel.emulator.process;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/** Models {@code struct files_struct} (fs/file.c): a process's descriptors. */
public final class FileTable {
    private static final int FIRST_FD = 3; // 0, 1 and 2 are the process's standard streams

    /** Descriptors that there is room for without memory of their own ({@code NR_OPEN_DEFAULT}). */
    private static final int ROOM = 64;

    /** {@code sizeof(struct fdtable)}. */
    private static final int TABLE_BYTES = 56;

    private static final int PAGE_BYTES = 4096;

    private final Scheduler sched;
    private final Memory memory;
    private final SpinLock lock;

    /** How many descriptors there is memory for, the standard streams included. Under the lock. */
    private int room = ROOM;

    /** Its memory; 0 while the room is that of {@code struct files_struct}. Under the lock. */
    private int tableObject;

    private int arrayObject;

    /** Which entries are taken, with a file or for one. Under the lock. */
    private final BitSet taken = new BitSet();

    private volatile @Nullable OpenFile[] files = new OpenFile[4];

    /** Which entries an exec closes. Under the lock. */
    private final BitSet closedOnExec = new BitSet();

    /** Makes an empty table. */
    public FileTable(Scheduler sched, Memory memory) {
        this.sched = sched;
        this.memory = memory;
        lock = new SpinLock(sched, "file_lock");
    }

    /**
     * Takes the lowest free descriptor, for a file that {@link #install} is to give it.
     *
     * <p>Models {@code get_unused_fd_flags()}. Context: process; may sleep.
     *
     * @param closeOnExec whether an exec closes it ({@code O_CLOEXEC})
     * @return the descriptor; {@code -ENOMEM} if the table must grow and cannot
     */
    public int reserve(boolean closeOnExec) {
        lock.lock();
        int slot = taken.nextClearBit(0);
        while (slot + FIRST_FD >= room) {
            int before = room;
            lock.unlock();
            int error = grow(before);
            if (error != 0) {
                return error;
            }
            lock.lock();
            slot = taken.nextClearBit(0);
        }
        taken.set(slot);
        closedOnExec.set(slot, closeOnExec);
        lock.unlock();
        return slot + FIRST_FD;
    }

    /** Gives a reserved descriptor back ({@code put_unused_fd()}). */
    public void unreserve(int fd) {
        lock.lock();
        taken.clear(fd - FIRST_FD);
        closedOnExec.clear(fd - FIRST_FD);
        lock.unlock();
    }

    /**
     * Gives a reserved descriptor its file, whose reference it takes over ({@code fd_install()}).
     */
    public void install(int fd, OpenFile file) {
        int slot = fd - FIRST_FD;
        lock.lock();
        @Nullable OpenFile[] table = files;
        if (slot >= table.length) {
            table = Arrays.copyOf(table, Math.max(slot + 1, table.length * 2));
        }
        table[slot] = file;
        files = table; // publishes the entry to lockless readers
        lock.unlock();
    }

    // ---- Memory ------------------------------------------------------------------------------

    /** Room for so many descriptors: its objects' numbers. */
    private record Memories(int room, int table, int array) {}

    /** Models {@code expand_fdtable()}: twice the room that there was. */
    private int grow(int before) {
        Memories made = allocate(before * 2);
        if (made == null) {
            return -Errno.ENOMEM;
        }
        lock.lock();
        // If another thread has grown it meanwhile, the new one comes too late.
        Memories unused = room == before ? exchange(made) : made;
        lock.unlock();
        release(unused);
        return 0;
    }

    private Memories exchange(Memories other) {
        Memories before = new Memories(room, tableObject, arrayObject);
        room = other.room;
        tableObject = other.table;
        arrayObject = other.array;
        return before;
    }

    /** Models {@code alloc_fdtable()}: null without memory. */
    private @Nullable Memories allocate(int descriptors) {
        Task running = sched.current();
        int table = memory.kmalloc(running, TABLE_BYTES, GfpMask.KERNEL);
        if (table == 0) {
            return null;
        }
        long bytes = arrayBytes(descriptors);
        int array =
                bytes > PAGE_BYTES
                        ? memory.vmalloc(running, bytes, GfpMask.KERNEL)
                        : memory.kmalloc(running, bytes, GfpMask.KERNEL);
        if (array == 0) {
            memory.kfree(running, table);
            return null;
        }
        return new Memories(descriptors, table, array);
    }

    private void release(Memories unused) {
        if (unused.table == 0) {
            return; // part of struct files_struct
        }
        Task running = sched.current();
        memory.kfree(running, unused.table);
        if (arrayBytes(unused.room) > PAGE_BYTES) {
            memory.vfree(running, unused.array);
        } else {
            memory.kfree(running, unused.array);
        }
    }

    /** A pointer and two bits for each. */
    private static long arrayBytes(int descriptors) {
        return descriptors * (long) Long.BYTES + descriptors / 4;
    }

    // ---- Files -------------------------------------------------------------------------------

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
            taken.clear(fd - FIRST_FD);
        }
        lock.unlock();
        if (file == null) {
            return false;
        }
        file.put();
        return true;
    }

    /**
     * {@code dup_fd()}: {@code child} gets the same descriptors, which share the open files.
     *
     * @return 0 or {@code -ENOMEM}
     */
    int copyTo(FileTable child) {
        lock.lock();
        while (child.room < room) {
            int wanted = room;
            lock.unlock();
            Memories made = child.allocate(wanted);
            if (made == null) {
                child.release(child.exchange(new Memories(ROOM, 0, 0)));
                return -Errno.ENOMEM;
            }
            child.release(child.exchange(made));
            lock.lock();
        }
        @Nullable OpenFile[] table = files.clone();
        for (int slot = 0; slot < table.length; slot++) {
            OpenFile file = table[slot];
            if (file != null) {
                file.get();
                child.taken.set(slot);
            }
        }
        child.closedOnExec.or(closedOnExec);
        lock.unlock();
        child.files = table;
        return 0;
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

    /** {@code put_files_struct()}: closes all, lowest first, and frees the table. */
    public void closeAll() {
        for (int slot = 0; slot < files.length; slot++) {
            var _ = close(slot + FIRST_FD);
        }
        lock.lock();
        Memories unused = exchange(new Memories(ROOM, 0, 0));
        lock.unlock();
        release(unused);
    }
}
