package org.vkernel.netlink.tap;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.core.NetlinkTap;

/**
 * Writes each delivery as a packet of link type NETLINK into a pcapng file.
 *
 * <p>Each packet has the cooked header of 16 bytes before the message, as libpcap makes it of what
 * an nlmon device shows: whether it goes to the kernel or to a process, and the protocol.
 *
 * <p>Differs from Linux: its nlmon passes over {@code NETLINK_CONNECTOR}, this one shows it.
 */
public final class PcapngTap implements NetlinkTap, AutoCloseable {
    /** {@code LINKTYPE_NETLINK}. */
    private static final int LINK_TYPE = 253;

    private static final String INTERFACE = "nlmon0";

    /** {@code PACKET_USER}. */
    private static final short PACKET_USER = 6;

    /** {@code PACKET_KERNEL}. */
    private static final short PACKET_KERNEL = 7;

    /** {@code ARPHRD_NETLINK}. */
    private static final short HARDWARE_NETLINK = 824;

    private static final int HEADER = 16;

    private final OutputStream out;
    private final PcapngWriter writer;

    /** The first thing that went wrong; nothing is written after it. */
    private @Nullable IOException failure;

    /**
     * Begins a capture.
     *
     * @param out where to; closed with the tap
     * @throws IOException if its headers cannot be written
     */
    public PcapngTap(OutputStream out) throws IOException {
        this.out = new BufferedOutputStream(out, 1 << 16);
        this.writer = new PcapngWriter(this.out, LINK_TYPE, INTERFACE);
    }

    @Override
    public synchronized void deliver(long timeNs, int protocol, boolean toKernel, byte[] message) {
        if (failure != null) {
            return;
        }
        byte[] header =
                ByteBuffer.allocate(HEADER)
                        .putShort(toKernel ? PACKET_KERNEL : PACKET_USER)
                        .putShort(HARDWARE_NETLINK)
                        .position(HEADER - Short.BYTES)
                        .putShort((short) protocol)
                        .array();
        try {
            writer.packet(timeNs, header, message);
        } catch (IOException e) {
            failure = e;
        }
    }

    /**
     * Writes what is left.
     *
     * @throws IOException if that, or any packet before, could not be written
     */
    @Override
    public synchronized void close() throws IOException {
        try (out) {
            if (failure != null) {
                throw failure;
            }
        }
    }
}
