package org.vkernel.emulator.printk;

import java.util.Locale;

/**
 * A line of the kernel's log.
 *
 * @param sequence counts all lines of this kernel, from 0
 * @param timeNs when it was written, ns since boot
 * @param level how urgent it is
 * @param text the line, without its end
 */
public record LogRecord(long sequence, long timeNs, LogLevel level, String text) {
    /** As {@code dmesg} shows it: {@code [ 1.040000] text}. */
    public String toDmesg() {
        return String.format(
                Locale.ROOT,
                "[%5d.%06d] %s",
                timeNs / 1_000_000_000,
                timeNs / 1_000 % 1_000_000,
                text);
    }

    /** As a read of {@code /dev/kmsg} gives it: {@code 6,73,100000,-;text}. */
    public String toKmsg() {
        return level.number() + "," + sequence + "," + timeNs / 1_000 + ",-;" + text;
    }
}
