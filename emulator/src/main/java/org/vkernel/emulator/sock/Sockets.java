package org.vkernel.emulator.sock;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KmemCache;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.process.FileTable;
import org.vkernel.emulator.process.OpenFile;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.shared.SharedInt;
import org.vkernel.emulator.time.HrTimer;
import org.vkernel.emulator.time.HrTimers;

/** The families of a kernel, and the making of sockets (net/socket.c). */
public final class Sockets {
    /** Families are numbered from 0 up to and without this ({@code NPROTO}). */
    private static final int FAMILIES = 46;

    /** Types are numbered up to and without this ({@code SOCK_MAX}). */
    private static final int TYPES = 11;

    private static final int TYPE_MASK = 0xf;
    private static final int NONBLOCK = 0x800;
    private static final int CLOEXEC = 0x80000;

    private static final int POLLERR = 0x8;
    private static final int POLLHUP = 0x10;
    private static final int POLLNVAL = 0x20;

    /** {@code sizeof(struct socket_alloc)}. */
    private static final int INODE_BYTES = 832;

    /** {@code sizeof(struct dentry)}. */
    private static final int DENTRY_BYTES = 192;

    /** {@code sizeof(struct file)}. */
    private static final int FILE_BYTES = 184;

    private final Scheduler sched;
    private final HrTimers timers;
    private final KmemCache inodes;
    private final KmemCache dentries;
    private final KmemCache files;
    private final AtomicInt lastInode;

    /** By number; there is hardly more than one. */
    private volatile List<SocketFamily> families = List.of();

    /** Makes a kernel's sockets, without families. */
    public Sockets(Scheduler sched, Memory mm, HrTimers timers) {
        this.sched = sched;
        this.timers = timers;
        this.inodes = mm.createCache("sock_inode_cache", INODE_BYTES);
        this.dentries = mm.createCache("dentry", DENTRY_BYTES);
        this.files = mm.createCache("filp", FILE_BYTES);
        this.lastInode = new AtomicInt(sched, 0);
    }

    Scheduler sched() {
        return sched;
    }

    /**
     * {@code sock_register()}. Context: process, of a kernel that boots.
     *
     * @return 0; {@code -EEXIST} if its number is taken; {@code -ENOBUFS} if there is no such
     *     number
     */
    public int register(SocketFamily family) {
        if (family.family() < 0 || family.family() >= FAMILIES) {
            return -Errno.ENOBUFS;
        }
        if (find(family.family()) != null) {
            return -Errno.EEXIST;
        }
        families = ImmutableList.<SocketFamily>builder().addAll(families).add(family).build();
        return 0;
    }

    /** {@code sock_unregister()}. */
    public void unregister(SocketFamily family) {
        ImmutableList.Builder<SocketFamily> others = ImmutableList.builder();
        for (SocketFamily other : families) {
            if (other.family() != family.family()) {
                others.add(other);
            }
        }
        families = others.build();
    }

    private @Nullable SocketFamily find(int number) {
        for (SocketFamily family : families) {
            if (family.family() == number) {
                return family;
            }
        }
        return null;
    }

    /** The next number of an inode ({@code get_next_ino()}). */
    public int nextInode() {
        return lastInode.incrementAndGet();
    }

    /**
     * Makes a socket and installs it in {@code process}.
     *
     * <p>Models {@code __sys_socket()}. Context: process; may sleep.
     *
     * @param type {@code SOCK_DGRAM} and its kin, with {@code SOCK_NONBLOCK} and {@code
     *     SOCK_CLOEXEC}
     * @return its descriptor; {@code -EINVAL} for an unknown flag or type; {@code -EAFNOSUPPORT};
     *     {@code -ENFILE} without memory for an inode, {@code -ENOMEM} for anything else; or what
     *     the family answers
     */
    public int socket(UserProcess process, int family, int type, int protocol) {
        int typeFlags = type & ~TYPE_MASK;
        if ((typeFlags & ~(NONBLOCK | CLOEXEC)) != 0) {
            return -Errno.EINVAL;
        }
        if (family < 0 || family >= FAMILIES) {
            return -Errno.EAFNOSUPPORT;
        }
        if ((type & TYPE_MASK) >= TYPES) {
            return -Errno.EINVAL;
        }
        int object = allocInode();
        if (object == 0) {
            return -Errno.ENFILE;
        }
        Socket socket = new Socket(type & TYPE_MASK, nextInode(), object);
        SocketFamily makes = find(family);
        int result = makes == null ? -Errno.EAFNOSUPPORT : makes.create(socket, protocol);
        if (result == 0) {
            result = mapFd(process, socket, typeFlags);
        }
        if (result < 0) {
            free(socket);
        }
        return result;
    }

    /** Models {@code sock_map_fd()}: its descriptor, or {@code -ENOMEM}. */
    private int mapFd(UserProcess process, Socket socket, int typeFlags) {
        FileTable table = process.files();
        int fd = table.reserve((typeFlags & CLOEXEC) != 0);
        if (fd < 0) {
            return fd;
        }
        Task running = sched.current();
        int dentry = dentries.alloc(running, GfpMask.KERNEL);
        if (dentry == 0) {
            table.unreserve(fd);
            return -Errno.ENOMEM;
        }
        int file = files.alloc(running, GfpMask.KERNEL);
        if (file == 0) {
            dentries.free(running, dentry);
            table.unreserve(fd);
            return -Errno.ENOMEM;
        }
        boolean nonblocking = (typeFlags & NONBLOCK) != 0;
        table.install(fd, new SocketFile(this, socket, nonblocking, dentry, file));
        return fd;
    }

    /**
     * {@code sock_alloc()}: memory for a socket and its inode: its number, or 0. Context: process;
     * may sleep.
     */
    public int allocInode() {
        return inodes.alloc(sched.current(), GfpMask.KERNEL);
    }

    /** Gives back what {@link #allocInode} got. Context: any. */
    public void freeInode(int object) {
        inodes.free(sched.current(), object);
    }

    /** The open socket of a descriptor, or null ({@code sockfd_lookup_light()}). */
    public static @Nullable SocketFile lookup(UserProcess process, int fd) {
        OpenFile file = process.files().get(fd);
        return file instanceof SocketFile socketFile ? socketFile : null;
    }

    /**
     * Waits until one of {@code events}, an error or a hang-up is there.
     *
     * <p>Models {@code do_poll()} (fs/select.c) for one descriptor. Context: process. Sleeps:
     * unless {@code timeoutNs} is 0.
     *
     * @param timeoutNs how long at most; negative: for ever
     * @return the events that are there, 0 if the time is up, or {@code -EINTR}
     */
    public int poll(Socket socket, int events, long timeoutNs) {
        SocketOps ops = socket.ops();
        if (ops == null) {
            return POLLNVAL;
        }
        int wanted = events | POLLERR | POLLHUP;
        int ready = ops.poll(socket) & wanted;
        if (ready != 0 || timeoutNs == 0) {
            return ready;
        }
        if (timeoutNs < 0) {
            return awaitEvents(socket, ops, wanted, null);
        }
        Task task = sched.current();
        SharedInt over = new SharedInt(sched, 0);
        HrTimer timer =
                new HrTimer(
                        timers,
                        "poll_timeout",
                        fired -> {
                            over.setOnce(1);
                            sched.wakeUp(task, TaskState.INTERRUPTIBLE);
                            return false;
                        });
        long now = timers.clock().ns();
        timer.start(timeoutNs > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + timeoutNs);
        ready = awaitEvents(socket, ops, wanted, over);
        var _ = timer.cancel();
        return ready;
    }

    private int awaitEvents(
            Socket socket, SocketOps ops, int wanted, @Nullable SharedInt timeIsUp) {
        Task task = sched.current();
        Sock sk = socket.sk();
        WaitQueue.Entry entry = new WaitQueue.Entry(task, false);
        for (; ; ) {
            sk.prepareToWait(entry, TaskState.INTERRUPTIBLE);
            int ready = ops.poll(socket) & wanted;
            boolean over = timeIsUp != null && timeIsUp.getOnce() != 0;
            if (ready != 0 || over || task.signalPending()) {
                sk.finishWait(entry);
                return ready != 0 || over ? ready : -Errno.EINTR;
            }
            sched.schedule();
            sk.finishWait(entry);
        }
    }

    void freeFile(Socket socket, int dentry, int file) {
        free(socket);
        Task running = sched.current();
        files.free(running, file);
        dentries.free(running, dentry);
    }

    /** Models {@code sock_release()}. */
    private void free(Socket socket) {
        SocketOps ops = socket.ops();
        if (ops != null) {
            ops.release(socket);
        }
        freeInode(socket.object());
    }
}
