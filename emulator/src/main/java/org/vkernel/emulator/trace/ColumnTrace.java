package org.vkernel.emulator.trace;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Keeps a run, or its end, as a picture: a column for each CPU, time from top to bottom, so that a
 * person sees who came between what.
 */
public final class ColumnTrace implements Consumer<TraceEvent> {
    /** What the picture itself shows, or what is the machine's own. */
    private static final ImmutableSet<String> LEFT_OUT =
            ImmutableSet.of("machine:choice", "sched:sched_switch");

    /** The log level of reports, whose text stands elsewhere. */
    private static final int ALERT = 1;

    private static final int INDENT = 2;

    private final int cpus;
    private final int width;
    private final int most;
    private final Deque<Row> rows = new ArrayDeque<>();
    private long leftOut;
    private boolean closed;
    private long behind;

    /** How many characters a line has. */
    private static final int PAGE_WIDTH = 100;

    /** As many rows as a person reads before a failure. */
    private static final int LAST_ROWS = 60;

    private record Row(int cpu, String who, String what) {}

    private ColumnTrace(int cpus, int most) {
        this.cpus = cpus;
        this.width = Math.max(16, (PAGE_WIDTH - 3 * (cpus - 1)) / cpus);
        this.most = most;
    }

    /** Keeps the end of a run on {@code cpus} CPUs. */
    public static ColumnTrace ofTheEnd(int cpus) {
        return new ColumnTrace(cpus, LAST_ROWS);
    }

    /** Keeps a whole run on {@code cpus} CPUs. */
    public static ColumnTrace ofAll(int cpus) {
        return new ColumnTrace(cpus, Integer.MAX_VALUE);
    }

    @Override
    public void accept(TraceEvent event) {
        boolean isReportsText = event.kind().name().equals("console") && event.first() == ALERT;
        if (!isReportsText && !LEFT_OUT.contains(event.kind().toString())) {
            String context =
                    switch (event.context()) {
                        case 'h' -> " in hardirq";
                        case 's' -> " in softirq";
                        default -> "";
                    };
            add(event.cpu(), event.comm() + "[" + event.pid() + "]" + context, event.toShortLine());
        }
    }

    /** Ends the picture: of what comes later it shows only how much that is. */
    public void close() {
        closed = true;
    }

    /** Adds a row of another kind. */
    public void add(int cpu, String who, String what) {
        if (closed) {
            behind++;
            return;
        }
        if (rows.size() == most) {
            rows.removeFirst();
            leftOut++;
        }
        rows.addLast(new Row(cpu, who, what));
    }

    /** The picture. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder();
        StringBuilder rule = new StringBuilder();
        for (int cpu = 0; cpu < cpus; cpu++) {
            head.append(cpu == 0 ? "" : " | ").append(Strings.padEnd("CPU" + cpu, width, ' '));
            rule.append(cpu == 0 ? "" : "-+-").append("-".repeat(width));
        }
        lines.add(head.toString().stripTrailing());
        lines.add(rule.toString());
        if (leftOut > 0) {
            lines.add("(" + leftOut + " events before these)");
        }
        String last = "";
        for (Row row : rows) {
            String who = row.cpu + row.who;
            if (!who.equals(last)) {
                addCells(lines, row.cpu, row.who, 0);
                last = who;
            }
            addCells(lines, row.cpu, row.what, INDENT);
        }
        if (behind > 0) {
            lines.add("(" + behind + " events behind these)");
        }
        return lines;
    }

    /** A text in its CPU's column, on as many lines as it needs. */
    private void addCells(List<String> lines, int cpu, String text, int indent) {
        String rest = text;
        int room = width - indent;
        while (!rest.isEmpty()) {
            int cut = rest.length();
            if (cut > room) {
                int space = rest.lastIndexOf(' ', room);
                cut = space > room / 2 ? space : room;
            }
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < cpus; c++) {
                String cell = c == cpu ? " ".repeat(indent) + rest.substring(0, cut) : "";
                line.append(c == 0 ? "" : " | ").append(Strings.padEnd(cell, width, ' '));
            }
            lines.add(line.toString().stripTrailing());
            rest = rest.substring(cut).stripLeading();
        }
    }
}
