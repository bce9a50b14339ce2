package org.vkernel.netlink.user;

import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sock.SocketFile;
import org.vkernel.emulator.sock.Sockets;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.core.MsgHdr;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkReceivePath;
import org.vkernel.netlink.core.NetlinkSendPath;
import org.vkernel.netlink.core.NetlinkSock;
import org.vkernel.netlink.core.OptionValue;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * The system calls of a process of a virtual kernel: the boundary between it and its user code.
 *
 * <p>Each call is made by a task of the process. The host's thread may make them for init.
 */
public final class KernelNetlink implements NetlinkProvider {
    /** {@code sizeof(struct sockaddr_storage)}: the longest address. */
    private static final int ADDRESS_MAX = 128;

    private final UserProcess process;
    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final Netlink netlink;
    private final NetlinkSendPath sendPath;
    private final NetlinkReceivePath receivePath;
    private final boolean isInit;

    /** A guess at who calls next; not guarded. */
    private @Nullable Task lastCaller;

    /** The calls of {@code process}. */
    public KernelNetlink(UserProcess process) {
        this.process = process;
        kernel = process.kernel();
        sched = kernel.sched();
        netlink = kernel.use(Netlink.class);
        sendPath = netlink.sendPath();
        receivePath = netlink.receivePath();
        isInit = process == kernel.init();
    }

    private Task enter() {
        Task guess = lastCaller;
        Task task = sched.syscallEnter(guess);
        if (task != guess) {
            lastCaller = task;
        }
        return task;
    }

    /** What a process sees of a kernel function's result. */
    private static int toUser(int result) {
        return result == -Errno.ERESTARTSYS ? -Errno.EINTR : result;
    }

    private int call(IntSupplier body) {
        return toUser(kernel.call(body::getAsInt));
    }

    /**
     * The file of {@code fd}, or null: held where another thread may close it meanwhile, so that
     * its socket lasts as long as the call.
     *
     * <p>Models {@code fdget()}.
     */
    private @Nullable SocketFile take(int fd, boolean held) {
        SocketFile file = Sockets.lookup(process, fd);
        return file != null && held && !file.getUnlessGone() ? null : file;
    }

    /** Gives back what {@link #take} gave ({@code fdput()}). */
    private static void give(@Nullable SocketFile file, boolean held) {
        if (file != null && held) {
            file.put();
        }
    }

    /** Runs {@code body} on the socket of {@code fd}, in the kernel. */
    private int onSocket(int fd, ToInt body) {
        return call(() -> {
            boolean held = process.sharesFiles();
            SocketFile file = take(fd, held);
            int result =
                    file != null && file.socket().sk() instanceof NetlinkSock sk
                            ? body.apply(sk)
                            : -Errno.EBADF;
            give(file, held);
            return result;
        });
    }

    @FunctionalInterface
    private interface ToInt {
        int apply(NetlinkSock sk);
    }

    @Override
    public int socket(int type, int protocol) {
        return call(
                () -> kernel.sockets().socket(process, AddressFamily.AF_NETLINK, type, protocol));
    }

    @Override
    public int close(int fd) {
        return call(() -> process.files().close(fd) ? 0 : -Errno.EBADF);
    }

    // ---- Names ------------------------------------------------------------------------------

    @Override
    public int bind(int fd, SockaddrNl address) {
        return onSocket(fd, sk -> isCopyable(address) ? netlink.bind(sk, address) : -Errno.EINVAL);
    }

    @Override
    public int connect(int fd, SockaddrNl address) {
        return onSocket(
                fd, sk -> isCopyable(address) ? netlink.connect(sk, address) : -Errno.EINVAL);
    }

    /** {@code move_addr_to_kernel()}. */
    private static boolean isCopyable(SockaddrNl address) {
        return address.length() >= 0 && address.length() <= ADDRESS_MAX;
    }

    @Override
    public int getsockname(int fd, MsgHdr out) {
        return onSocket(fd, sk -> setName(out, netlink.name(sk)));
    }

    @Override
    public int getpeername(int fd, MsgHdr out) {
        return onSocket(fd, sk -> setName(out, netlink.peer(sk)));
    }

    private static int setName(MsgHdr out, NetlinkAddress name) {
        out.setName(name.pid(), name.groups());
        return 0;
    }

    // ---- Messages ---------------------------------------------------------------------------

    @Override
    public int send(
            int fd,
            byte[] data,
            int offset,
            int length,
            int flags,
            @Nullable SockaddrNl to,
            byte @Nullable [] control) {
        if (isInit) {
            return call(() ->
                    sendInKernel(sched.current(), fd, data, offset, length, flags, to, control));
        }
        Task task = enter();
        int result = sendInKernel(task, fd, data, offset, length, flags, to, control);
        sched.syscallExit(task);
        return toUser(result);
    }

    private int sendInKernel(
            Task task,
            int fd,
            byte[] data,
            int offset,
            int length,
            int flags,
            @Nullable SockaddrNl to,
            byte @Nullable [] control) {
        if ((flags & MsgFlag.MSG_CMSG_COMPAT) != 0) {
            return -Errno.EINVAL;
        }
        boolean held = process.sharesFiles();
        SocketFile file = take(fd, held);
        int result =
                file == null
                        ? -Errno.EBADF
                        : sendOn(task, file, data, offset, length, flags, to, control);
        give(file, held);
        return result;
    }

    private int sendOn(
            Task task,
            SocketFile file,
            byte[] data,
            int offset,
            int length,
            int flags,
            @Nullable SockaddrNl to,
            byte @Nullable [] control) {
        if (!(file.socket().sk() instanceof NetlinkSock sk)) {
            return -Errno.EBADF;
        }
        SockaddrNl address = to;
        if (address != null && address.length() <= 0) {
            if (address.length() < 0) {
                return -Errno.EINVAL;
            }
            address = null;
        }
        if (length < 0) {
            return -Errno.EINVAL;
        }
        int all = file.isNonblocking() ? flags | MsgFlag.MSG_DONTWAIT : flags;
        return sendPath.sendmsg(task, sk, process, data, offset, length, all, address, control);
    }

    @Override
    public int receive(
            int fd, byte[] buffer, int offset, int length, int flags, @Nullable MsgHdr header) {
        if (isInit) {
            return call(() ->
                    receiveInKernel(sched.current(), fd, buffer, offset, length, flags, header));
        }
        Task task = enter();
        int result = receiveInKernel(task, fd, buffer, offset, length, flags, header);
        sched.syscallExit(task);
        return toUser(result);
    }

    private int receiveInKernel(
            Task task,
            int fd,
            byte[] buffer,
            int offset,
            int length,
            int flags,
            @Nullable MsgHdr header) {
        if ((flags & MsgFlag.MSG_CMSG_COMPAT) != 0) {
            return -Errno.EINVAL;
        }
        boolean held = process.sharesFiles();
        SocketFile file = take(fd, held);
        int result = -Errno.EBADF;
        if (file != null && file.socket().sk() instanceof NetlinkSock sk) {
            int all = file.isNonblocking() ? flags | MsgFlag.MSG_DONTWAIT : flags;
            result =
                    length < 0
                            ? -Errno.EINVAL
                            : receivePath.recvmsg(task, sk, buffer, offset, length, all, header);
        }
        give(file, held);
        return result;
    }

    // ---- Options ----------------------------------------------------------------------------

    @Override
    public int setsockopt(int fd, int level, int name, int value, int length) {
        return onSocket(fd, sk -> netlink.options().set(sk, level, name, value, length));
    }

    @Override
    public int getsockopt(int fd, int level, int name, int length, OptionValue out) {
        return onSocket(fd, sk -> netlink.options().get(sk, level, name, length, out));
    }

    @Override
    public int setTimeout(int fd, int name, long seconds, long micros) {
        return onSocket(fd, sk -> netlink.options().setTimeout(sk, name, seconds, micros));
    }

    @Override
    public int attachFilter(int fd, int accept) {
        return onSocket(fd, sk -> netlink.options().attachFilter(sk, skb -> accept));
    }

    // ---- The rest ---------------------------------------------------------------------------

    @Override
    public int poll(int fd, int events, long timeoutNs) {
        return call(() -> {
            boolean held = process.sharesFiles();
            SocketFile file = take(fd, held);
            int result =
                    file == null
                            ? -Errno.EBADF
                            : kernel.sockets().poll(file.socket(), events, timeoutNs);
            give(file, held);
            return result;
        });
    }

    @Override
    public int ioctl(int fd, int request) {
        return onSocket(fd, sk -> -Errno.ENOTTY);
    }

    @Override
    public int listen(int fd, int backlog) {
        return onSocket(fd, sk -> -Errno.EOPNOTSUPP);
    }

    @Override
    public int accept(int fd) {
        return onSocket(fd, sk -> -Errno.EOPNOTSUPP);
    }

    @Override
    public int shutdown(int fd, int how) {
        return onSocket(fd, sk -> -Errno.EOPNOTSUPP);
    }
}
