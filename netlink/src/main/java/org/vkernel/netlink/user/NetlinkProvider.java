package org.vkernel.netlink.user;

import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.core.MsgHdr;
import org.vkernel.netlink.core.OptionValue;
import org.vkernel.netlink.wire.SockaddrNl;

/**
 * The system calls of one process on netlink sockets, over some kernel.
 *
 * <p>Descriptors are those of the process. Each call returns what the system call would, or a
 * negative errno; a call that a signal ended returns {@code -EINTR}.
 */
public interface NetlinkProvider {
    /** {@code socket(AF_NETLINK, type, protocol)}: the descriptor. */
    int socket(int type, int protocol);

    /** {@code close()}. */
    int close(int fd);

    /** {@code bind()}. */
    int bind(int fd, SockaddrNl address);

    /** {@code connect()}. */
    int connect(int fd, SockaddrNl address);

    /** {@code getsockname()}: the name goes into {@code out}. */
    int getsockname(int fd, MsgHdr out);

    /** {@code getpeername()}: the name goes into {@code out}. */
    int getpeername(int fd, MsgHdr out);

    /**
     * {@code sendmsg()} of {@code length} bytes.
     *
     * <p>Bytes outside of {@code data} are memory that the process does not have: {@code -EFAULT};
     * a negative length is {@code -EINVAL}.
     *
     * @param to the receiver, null for none
     */
    default int send(
            int fd, byte[] data, int offset, int length, int flags, @Nullable SockaddrNl to) {
        return send(fd, data, offset, length, flags, to, null);
    }

    /**
     * {@code sendmsg()} with control messages.
     *
     * @param to the receiver, null for none
     * @param control the bytes of {@code msg_control}, null for none
     */
    int send(
            int fd,
            byte[] data,
            int offset,
            int length,
            int flags,
            @Nullable SockaddrNl to,
            byte @Nullable [] control);

    /**
     * {@code recvmsg()} into {@code length} bytes.
     *
     * <p>Writing outside of {@code buffer} is {@code -EFAULT}, a negative length {@code -EINVAL}.
     *
     * @param header gets all but the bytes; null if not wanted
     */
    int receive(int fd, byte[] buffer, int offset, int length, int flags, @Nullable MsgHdr header);

    /**
     * {@code setsockopt()} of an option that is an int.
     *
     * @param length how many bytes the process says there are
     */
    int setsockopt(int fd, int level, int name, int value, int length);

    /**
     * {@code getsockopt()}.
     *
     * @param length how many bytes the process says it has room for
     */
    int getsockopt(int fd, int level, int name, int length, OptionValue out);

    /**
     * {@code setsockopt()} of {@code SO_RCVTIMEO} or {@code SO_SNDTIMEO}.
     *
     * @param name which of the two, or one of their {@code _NEW} forms
     * @param seconds how long calls wait; 0 seconds and 0 microseconds: for ever
     * @param micros microseconds besides
     */
    int setTimeout(int fd, int name, long seconds, long micros);

    /**
     * {@code setsockopt(SO_ATTACH_FILTER)} with a program of one instruction, which lets {@code
     * accept} bytes pass.
     */
    int attachFilter(int fd, int accept);

    /**
     * {@code poll()} of this descriptor.
     *
     * @param timeoutNs how long at most; 0: do not wait; negative: for ever
     * @return the events that are there, 0 if the time is up
     */
    int poll(int fd, int events, long timeoutNs);

    /** {@code ioctl()} that asks for an int. */
    int ioctl(int fd, int request);

    /** {@code listen()}. */
    int listen(int fd, int backlog);

    /** {@code accept()}. */
    int accept(int fd);

    /** {@code shutdown()}. */
    int shutdown(int fd, int how);
}
