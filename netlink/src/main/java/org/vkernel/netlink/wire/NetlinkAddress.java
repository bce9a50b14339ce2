package org.vkernel.netlink.wire;

import static org.vkernel.netlink.abi.SockaddrNlLayout.NL_FAMILY;
import static org.vkernel.netlink.abi.SockaddrNlLayout.NL_GROUPS;
import static org.vkernel.netlink.abi.SockaddrNlLayout.NL_PID;
import static org.vkernel.netlink.abi.SockaddrNlLayout.SIZE;

import org.vkernel.netlink.abi.AddressFamily;

/**
 * The address of a netlink socket: {@code struct sockaddr_nl}.
 *
 * @param pid port id, unsigned; 0 is the kernel
 * @param groups mask of the groups 1 to 32, bit {@code n - 1} for group {@code n}
 */
public record NetlinkAddress(int pid, int groups) {
    /** The address of the kernel's socket. */
    public static final NetlinkAddress KERNEL = new NetlinkAddress(0, 0);

    /**
     * Reads a {@code sockaddr_nl}; its padding is not looked at.
     *
     * @throws WireException if it is too short or of another family
     */
    public static NetlinkAddress parse(ByteSlice bytes) {
        if (bytes.length() < SIZE) {
            throw new WireException(
                    "%d bytes are too short for a sockaddr_nl of %d"
                            .formatted(bytes.length(), SIZE));
        }
        int family = bytes.u16(NL_FAMILY);
        if (family != AddressFamily.AF_NETLINK) {
            throw new WireException(
                    "address family is %d; expected AF_NETLINK (%d)"
                            .formatted(family, AddressFamily.AF_NETLINK));
        }
        return new NetlinkAddress(bytes.u32(NL_PID), bytes.u32(NL_GROUPS));
    }

    /** The {@code sockaddr_nl}. */
    public byte[] toByteArray() {
        byte[] bytes = new byte[SIZE];
        LittleEndian.putU16(bytes, NL_FAMILY, AddressFamily.AF_NETLINK);
        LittleEndian.putU32(bytes, NL_PID, pid);
        LittleEndian.putU32(bytes, NL_GROUPS, groups);
        return bytes;
    }

    /** {@code pid=4242 groups=0x1}, the port id unsigned. */
    @Override
    public String toString() {
        return "pid=%s groups=0x%x".formatted(Integer.toUnsignedString(pid), groups);
    }
}
