package org.vkernel.netlink.core;

import org.vkernel.netlink.abi.NetlinkProtocol;

/**
 * {@code /proc/net/netlink}: a row for each socket that has a port id, those of the kernel
 * included.
 *
 * <p>Models {@code netlink_native_seq_show()}. Rows of a protocol stand in the order in which the
 * sockets got their port ids; in Linux it is that of a randomly seeded hash table.
 */
final class NetlinkProc {
    private static final String HEADER =
            "sk               Eth Pid        Groups   "
                    + "Rmem     Wmem     Dump  Locks    Drops    Inode\n";

    private final Netlink netlink;

    NetlinkProc(Netlink netlink) {
        this.netlink = netlink;
    }

    /** Writes the whole file. Context: process. */
    void show(StringBuilder text) {
        text.append(HEADER);
        for (int protocol = 0; protocol < NetlinkProtocol.MAX_LINKS; protocol++) {
            NetlinkTable table = netlink.existingTable(protocol);
            if (table != null) {
                boolean flags = table.hashLock().lockIrqsave();
                table.byPortid().forEach(sk -> text.append(row(sk)));
                table.hashLock().unlockIrqrestore(flags);
            }
        }
    }

    private static String row(NetlinkSock sk) {
        return String.format(
                "%016x %-3d %-10s %08x %-8d %-8d %-5d %-8d %-8s %-8d\n",
                hashedPointer(sk.inode()),
                sk.protocol(),
                Integer.toUnsignedString(sk.portid()),
                sk.groupWord(0),
                sk.rmemAlloc(),
                0,
                sk.dump() == null ? 0 : 1,
                sk.references(),
                Integer.toUnsignedString(sk.drops()),
                sk.inode());
    }

    /** What {@code %pK} shows: 32 bits that tell sockets apart and nothing else. */
    private static long hashedPointer(int inode) {
        long mixed = inode * 0x9E3779B97F4A7C15L;
        return (mixed ^ mixed >>> 29) & 0xffff_ffffL;
    }
}
