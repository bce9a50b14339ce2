package org.vkernel.netlink.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PcapngTapTest {
    private static final int ENHANCED_PACKET = 6;

    @Test
    void capture_bytes() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PcapngTap tap = new PcapngTap(out)) {
            tap.deliver(0x1_0000_0002L, 11, true, new byte[] {1, 2, 3, 4, 5});
        }
        String expected =
                // section header: version 1.0, length unknown, user application "vkernel"
                "0a0d0d0a"
                        + "2c000000"
                        + "4d3c2b1a"
                        + "0100"
                        + "0000"
                        + "ffffffffffffffff"
                        + "04000700"
                        + "766b65726e656c00"
                        + "00000000"
                        + "2c000000"
                        // interface: link type 253, "nlmon0", nanoseconds
                        + "01000000"
                        + "2c000000"
                        + "fd00"
                        + "0000"
                        + "00000000"
                        + "02000600"
                        + "6e6c6d6f6e300000"
                        + "09000100"
                        + "09000000"
                        + "00000000"
                        + "2c000000"
                        // packet: interface 0, time, 21 bytes, to the kernel, protocol 11
                        + "06000000"
                        + "38000000"
                        + "00000000"
                        + "01000000"
                        + "02000000"
                        + "15000000"
                        + "15000000"
                        + "00070338"
                        + "00000000000000000000"
                        + "000b"
                        + "0102030405"
                        + "000000"
                        + "38000000";
        assertEquals(expected, HexFormat.of().formatHex(out.toByteArray()));
    }

    @Property
    void everyMessage_comesBack(
            @ForAll @Size(max = 40) byte[] message,
            @ForAll @LongRange(min = 0) long timeNs,
            @ForAll boolean toKernel)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PcapngTap tap = new PcapngTap(out)) {
            tap.deliver(timeNs, 2, toKernel, message);
            tap.deliver(timeNs, 2, !toKernel, message);
        }
        ByteBuffer file = ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        int packets = 0;
        while (file.hasRemaining()) {
            int at = file.position();
            int type = file.getInt();
            int length = file.getInt();
            assertEquals(0, length % 4);
            assertEquals(length, file.getInt(at + length - 4), "the length stands at both ends");
            if (type == ENHANCED_PACKET) {
                file.getInt();
                assertEquals(timeNs, ((long) file.getInt() << 32) | (file.getInt() & 0xffffffffL));
                assertEquals(16 + message.length, file.getInt());
                assertEquals(16 + message.length, file.getInt());
                boolean isFirst = packets++ == 0;
                assertEquals(toKernel == isFirst ? 7 : 6, file.get(file.position() + 1));
                byte[] read = new byte[message.length];
                file.get(file.position() + 16, read);
                assertEquals(HexFormat.of().formatHex(message), HexFormat.of().formatHex(read));
            }
            file.position(at + length);
        }
        assertEquals(2, packets);
    }

    @Test
    void fullDisk_isToldAtTheEnd() throws IOException {
        OutputStream full =
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("no space left on device");
                    }
                };
        PcapngTap tap = new PcapngTap(full);
        for (int i = 0; i < 3; i++) {
            tap.deliver(0, 2, false, new byte[50_000]);
        }
        IOException e = assertThrows(IOException.class, tap::close);
        assertEquals("no space left on device", e.getMessage());
    }
}
