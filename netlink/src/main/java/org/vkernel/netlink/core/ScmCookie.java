package org.vkernel.netlink.core;

import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.Credentials;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.ControlMessage;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.wire.ControlBuffer;
import org.vkernel.netlink.wire.SentControl;
import org.vkernel.netlink.wire.Ucred;

/**
 * What the control messages of one send say: the credentials that its receivers are shown.
 *
 * <p>Models {@code struct scm_cookie} and {@code __scm_send()} (net/core/scm.c), as a socket of
 * netlink meets them.
 */
final class ScmCookie {
    /** {@code (uid_t) -1}: no user and no group. */
    private static final int INVALID_ID = -1;

    private final UserProcess process;
    private Ucred creds;

    /** For a send of {@code process}, which is shown by its real ids unless it says otherwise. */
    ScmCookie(UserProcess process) {
        this.process = process;
        Credentials own = process.credentials();
        this.creds = new Ucred(process.tgid(), own.ruid(), own.rgid());
    }

    Ucred creds() {
        return creds;
    }

    /**
     * Takes over what the control messages say.
     *
     * <p>Models {@code __scm_send()}. Context: process.
     *
     * @return 0; {@code -EINVAL} for one that is cut or means nothing here; {@code -EPERM} for
     *     another's credentials; {@code -ESRCH} if nobody has that process id
     */
    int send(byte[] control) {
        SentControl sent = SentControl.parse(control);
        for (ControlBuffer.Message message : sent.messages()) {
            if (message.level() == SocketOption.SOL_SOCKET) {
                int error = take(message);
                if (error != 0) {
                    return error;
                }
            }
        }
        return sent.isWhole() ? 0 : -Errno.EINVAL;
    }

    private int take(ControlBuffer.Message message) {
        byte[] data = message.data();
        if (message.type() != ControlMessage.SCM_CREDENTIALS
                || data.length != ControlMessage.UCRED_SIZE) {
            return -Errno.EINVAL;
        }
        Ucred said = Ucred.parse(data);
        if (said.uid() == INVALID_ID || said.gid() == INVALID_ID) {
            return -Errno.EINVAL;
        }
        if (!mayBe(said)) {
            return -Errno.EPERM;
        }
        VirtualKernel kernel = process.kernel();
        if (said.pid() != creds.pid() && kernel.process(said.pid()) == null) {
            return -Errno.ESRCH;
        }
        creds = said;
        return 0;
    }

    /** Models {@code scm_check_creds()}. */
    private boolean mayBe(Ucred said) {
        Credentials own = process.credentials();
        if (own.isCapable()) {
            return true;
        }
        int uid = said.uid();
        int gid = said.gid();
        return said.pid() == process.tgid()
                && (uid == own.ruid() || uid == own.euid() || uid == own.suid())
                && (gid == own.rgid() || gid == own.egid() || gid == own.sgid());
    }
}
