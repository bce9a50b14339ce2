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
        StringBuilder line = new StringBuilder(96);
        line.append(
                String.format(
                        "%16s-%-5d [%03d] %c %5d.%06d: %s:",
                        comm,
                        pid,
                        cpu,
                        context,
                        timeNs / 1_000_000_000,
                        timeNs / 1_000 % 1_000_000,
                        kind));
        number(line, kind.first(), first);
        number(line, kind.second(), second);
        number(line, kind.third(), third);
        if (text != null) {
            line.append(' ').append(text);
        }
        return line.toString();
    }

    private static void number(StringBuilder line, String name, long value) {
        if (!name.isEmpty()) {
            line.append(' ').append(name).append('=').append(value);
        }
    }
}
