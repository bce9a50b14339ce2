package org.vkernel.netlink.core;

import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.wire.ControlBuffer;

/**
 * What a {@code recvmsg()} tells besides the bytes: {@code struct msghdr}. One object may be used
 * for many calls of one task.
 */
public final class MsgHdr {
    private @Nullable ControlBuffer control;
    private int pid;
    private int groups;
    private int flags;

    /** With room for control messages; null for none. */
    public MsgHdr(@Nullable ControlBuffer control) {
        this.control = control;
    }

    /** The sender's port id, unsigned. */
    public int pid() {
        return pid;
    }

    /** The mask of the group that the message was sent to, 0 for none. */
    public int groups() {
        return groups;
    }

    /** {@code msg_flags}: {@code MSG_TRUNC} and its kin. */
    public int flags() {
        return flags;
    }

    /** The control messages, or null if there was no room for any. */
    public @Nullable ControlBuffer control() {
        return control;
    }

    /** Makes it ready for another call. */
    public void reset(@Nullable ControlBuffer newControl) {
        control = newControl;
        pid = 0;
        groups = 0;
        flags = 0;
    }

    /** Notes the sender's name. */
    public void setName(int newPid, int newGroups) {
        pid = newPid;
        groups = newGroups;
    }

    /** Sets bits of {@link #flags}. */
    public void addFlags(int bits) {
        flags |= bits;
    }
}
