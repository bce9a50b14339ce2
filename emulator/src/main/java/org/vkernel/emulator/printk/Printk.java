package org.vkernel.emulator.printk;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.vkernel.emulator.Limits;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;

/**
 * The kernel's log (kernel/printk): the latest {@link Limits#LOG_RECORDS} lines, written from any
 * context without a lock, as Linux's ring is.
 */
public final class Printk {
    private static final TraceKind CONSOLE = TraceKind.of("printk", "console", "level", "hash", "");

    private final Scheduler sched;
    private final Trace trace;
    private final Consumer<String> console;
    private final AtomicLong written = new AtomicLong();
    private final ConcurrentLinkedDeque<LogRecord> ring = new ConcurrentLinkedDeque<>();

    /**
     * Makes an empty log.
     *
     * @param console told of each line, as dmesg shows it
     */
    public Printk(Scheduler sched, Trace trace, Consumer<String> console) {
        this.sched = sched;
        this.trace = trace;
        this.console = console;
    }

    /**
     * {@code printk()}: writes a line, or several where the text has line ends. Context: any.
     * Sleeps: never. A point.
     */
    @FormatMethod
    public void printk(LogLevel level, @FormatString String format, Object... args) {
        sched.point(Access.ATOMIC, 0);
        write(level, String.format(Locale.ROOT, format, args));
    }

    /** Writes without a point, for reports that come from where nothing may be switched. */
    public void write(LogLevel level, String text) {
        text.lines().forEach(line -> writeLine(level, line));
    }

    /** As {@link #write}, of what differs with what is watched: the trace knows nothing of it. */
    public void writeUntraced(LogLevel level, String text) {
        text.lines().forEach(line -> keep(level, line));
    }

    private void writeLine(LogLevel level, String line) {
        if (trace.isActive()) {
            trace.emit(CONSOLE, level.number(), line.hashCode(), 0, line);
        }
        keep(level, line);
    }

    private void keep(LogLevel level, String line) {
        LogRecord record = new LogRecord(written.getAndIncrement(), sched.clockNs(), level, line);
        ring.addLast(record);
        if (record.sequence() >= Limits.LOG_RECORDS) {
            ring.pollFirst();
        }
        console.accept(record.toDmesg());
    }

    /** What the ring holds, oldest first. */
    public List<LogRecord> records() {
        return List.copyOf(ring);
    }

    /** What {@code dmesg} shows. */
    public List<String> dmesg() {
        return records().stream().map(LogRecord::toDmesg).toList();
    }
}
