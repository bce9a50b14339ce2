package org.vkernel.emulator.trace;

import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a kernel.
 *
 * @param timeNs the CPU's clock, ns since boot
 * @param cpu the CPU's number
 * @param pid the running task's
 * @param comm the running task's name
 * @param context {@code h}ardirq, {@code s}oftirq, {@code b}ottom halves disabled, or {@code .}
 * @param kind what it is, and what the numbers mean
 * @param text more in words, or null
 */
public record TraceEvent(
        long timeNs,
        int cpu,
        int pid,
        String comm,
        char context,
        TraceKind kind,
        long first,
        long second,
        long third,
        @Nullable String text) {

    /** One line, like ftrace's: task, CPU, context, time, event. */
    public String toLine() {
        return String.format(
                        "%16s-%-5d [%03d] %c %5d.%06d: %s:",
                        comm,
                        pid,
                        cpu,
                        context,
                        timeNs / 1_000_000_000,
                        timeNs / 1_000 % 1_000_000,
                        kind)
                + details(true);
    }

    /** The event alone: what, and its numbers, but for hashes of the text. */
    public String toShortLine() {
        return kind.name() + details(false);
    }

    private String details(boolean withHash) {
        StringBuilder line = new StringBuilder(64);
        number(line, kind.first(), first, withHash);
        number(line, kind.second(), second, withHash);
        number(line, kind.third(), third, withHash);
        if (text != null) {
            line.append(' ').append(text);
        }
        return line.toString();
    }

    private static void number(StringBuilder line, String name, long value, boolean withHash) {
        if (!name.isEmpty() && (withHash || !name.equals("hash"))) {
            line.append(' ').append(name).append('=').append(value);
        }
    }
}
