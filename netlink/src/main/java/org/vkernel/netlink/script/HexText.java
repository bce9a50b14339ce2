package org.vkernel.netlink.script;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Bytes as scripts write them: lower-case hex, in which a run of equal bytes may be {@code
 * (ab*70000)}.
 */
public final class HexText {
    /** The shortest run that a writer shortens. */
    private static final int RUN_MIN = 64;

    private static final HexFormat HEX = HexFormat.of();

    private HexText() {}

    /**
     * The bytes of {@code text}.
     *
     * @throws ScriptFormatException if it is no such text
     */
    public static byte[] parse(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() / 2);
        int at = 0;
        while (at < text.length()) {
            int open = text.indexOf('(', at);
            int end = open < 0 ? text.length() : open;
            bytes.writeBytes(hex(text, at, end));
            at = open < 0 ? end : parseRun(text, open, bytes);
        }
        return bytes.toByteArray();
    }

    private static byte[] hex(String text, int from, int to) {
        try {
            return HEX.parseHex(text, from, to);
        } catch (IllegalArgumentException e) {
            throw new ScriptFormatException("no hex bytes: " + text.substring(from, to));
        }
    }

    private static int parseRun(String text, int open, ByteArrayOutputStream bytes) {
        int close = text.indexOf(')', open);
        if (close < open + 5 || text.charAt(open + 3) != '*') {
            throw new ScriptFormatException(
                    "a run of bytes is written (ab*70000), not " + text.substring(open));
        }
        byte value = hex(text, open + 1, open + 3)[0];
        int count;
        try {
            count = Integer.parseInt(text, open + 4, close, 10);
        } catch (NumberFormatException e) {
            throw new ScriptFormatException("no count in " + text.substring(open, close + 1));
        }
        if (count < 0) {
            throw new ScriptFormatException("no count in " + text.substring(open, close + 1));
        }
        byte[] run = new byte[count];
        Arrays.fill(run, value);
        bytes.writeBytes(run);
        return close + 1;
    }

    /** The text of {@code bytes}, with long runs shortened. */
    public static String format(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length * 2);
        int at = 0;
        while (at < bytes.length) {
            int end = at + 1;
            while (end < bytes.length && bytes[end] == bytes[at]) {
                end++;
            }
            int count = end - at;
            if (count >= RUN_MIN) {
                text.append('(').append(HEX.toHexDigits(bytes[at]));
                text.append('*').append(count).append(')');
            } else {
                text.append(HEX.formatHex(bytes, at, end));
            }
            at = end;
        }
        return text.toString();
    }
}
