package org.vkernel.netlink.tap;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes a pcapng file of one interface, little-endian, with time stamps in nanoseconds.
 *
 * <p>Source: the IETF draft "PCAP Next Generation (pcapng) Capture File Format".
 */
final class PcapngWriter {
    private static final int SECTION_HEADER = 0x0A0D0D0A;
    private static final int BYTE_ORDER = 0x1A2B3C4D;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int ENHANCED_PACKET = 6;
    private static final int OPT_END = 0;
    private static final int SHB_USERAPPL = 4;
    private static final int IF_NAME = 2;
    private static final int IF_TSRESOL = 9;
    private static final byte NANOSECONDS = 9;

    /** Type and length before a block's body, the length again behind it. */
    private static final int BLOCK_OVERHEAD = 12;

    private final OutputStream out;

    /** Writes the file's headers. */
    PcapngWriter(OutputStream out, int linkType, String interfaceName) throws IOException {
        this.out = out;
        byte[] program = "vkernel".getBytes(UTF_8);
        ByteBuffer section =
                block(SECTION_HEADER, 16 + option(program.length) + option(0))
                        .putInt(BYTE_ORDER)
                        .putShort((short) 1)
                        .putShort((short) 0)
                        .putLong(-1); // its length is not said
        putOption(section, SHB_USERAPPL, program);
        finish(section);
        byte[] name = interfaceName.getBytes(UTF_8);
        ByteBuffer description =
                block(INTERFACE_DESCRIPTION, 8 + option(name.length) + option(1) + option(0))
                        .putShort((short) linkType)
                        .putShort((short) 0)
                        .putInt(0); // packets are whole
        putOption(description, IF_NAME, name);
        putOption(description, IF_TSRESOL, new byte[] {NANOSECONDS});
        finish(description);
    }

    /** Writes a packet: {@code header} and {@code payload}, one after the other. */
    void packet(long timeNs, byte[] header, byte[] payload) throws IOException {
        int length = header.length + payload.length;
        ByteBuffer packet =
                block(ENHANCED_PACKET, 20 + padded(length))
                        .putInt(0)
                        .putInt((int) (timeNs >>> 32))
                        .putInt((int) timeNs)
                        .putInt(length)
                        .putInt(length)
                        .put(header)
                        .put(payload);
        finish(packet);
    }

    private static int padded(int length) {
        return length + 3 & ~3;
    }

    /** What an option takes; the one that ends them has no value. */
    private static int option(int length) {
        return 4 + padded(length);
    }

    private static void putOption(ByteBuffer block, int code, byte[] value) {
        block.putShort((short) code).putShort((short) value.length).put(value);
        block.position(padded(block.position()));
    }

    private static ByteBuffer block(int type, int body) {
        int length = BLOCK_OVERHEAD + body;
        return ByteBuffer.allocate(length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(type)
                .putInt(length);
    }

    /** Options end with code {@link #OPT_END}, which is what an untouched buffer holds. */
    private void finish(ByteBuffer block) throws IOException {
        assert OPT_END == 0;
        byte[] bytes = new byte[block.capacity()];
        block.putInt(bytes.length - Integer.BYTES, bytes.length).rewind().get(bytes);
        out.write(bytes);
    }
}
