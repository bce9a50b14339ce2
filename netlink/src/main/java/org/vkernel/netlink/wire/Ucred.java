package org.vkernel.netlink.wire;

import org.vkernel.netlink.abi.ControlMessage;

/** {@code struct ucred}: who a process says that it is. All ids are unsigned. */
public record Ucred(int pid, int uid, int gid) {
    /** Reads one of {@link ControlMessage#UCRED_SIZE} bytes. */
    public static Ucred parse(byte[] bytes) {
        return new Ucred(
                LittleEndian.u32(bytes, ControlMessage.UCRED_PID),
                LittleEndian.u32(bytes, ControlMessage.UCRED_UID),
                LittleEndian.u32(bytes, ControlMessage.UCRED_GID));
    }

    /** Its bytes. */
    public byte[] toBytes() {
        byte[] bytes = new byte[ControlMessage.UCRED_SIZE];
        LittleEndian.putU32(bytes, ControlMessage.UCRED_PID, pid);
        LittleEndian.putU32(bytes, ControlMessage.UCRED_UID, uid);
        LittleEndian.putU32(bytes, ControlMessage.UCRED_GID, gid);
        return bytes;
    }
}
