package org.vkernel.emulator.sock;

import com.google.common.base.Preconditions;
import org.jspecify.annotations.Nullable;

/** The part of a socket that its process sees: {@code struct socket}. */
public final class Socket {
    private final int type;
    private final int inode;
    private final int object;
    private @Nullable SocketOps ops;
    private @Nullable Sock sk;

    Socket(int type, int inode, int object) {
        this.type = type;
        this.inode = inode;
        this.object = object;
    }

    /** {@code SOCK_DGRAM} and its kin, without flags. */
    public int type() {
        return type;
    }

    /** Its inode's number, as {@code /proc} shows it. */
    public int inode() {
        return inode;
    }

    /** The memory that it and its inode take. */
    int object() {
        return object;
    }

    /** Gives it what its family made: called by {@link SocketFamily#create}. */
    public void attach(Sock madeSk, SocketOps familyOps) {
        sk = madeSk;
        ops = familyOps;
    }

    /** Its network part; there is one from a successful {@link SocketFamily#create} on. */
    public Sock sk() {
        Sock attached = sk;
        Preconditions.checkState(attached != null, "no family has attached a sock");
        return attached;
    }

    /** What its family does for it, or null if no family has made it. */
    public @Nullable SocketOps ops() {
        return ops;
    }
}
