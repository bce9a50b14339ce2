package org.vkernel.benchmarks.compare;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.vkernel.benchmarks.compare.Comparison.Line;

/** The lines of a comparison as text, and the sentence that sums them up. */
final class ComparisonTable {
    private static final String ROW = "%-38s %18s %18s %18s %18s %9s %9s %9s";
    private static final String NONE = "-";
    private static final double PRECISE_BELOW = 100;

    private ComparisonTable() {}

    /** The heading: what the columns are. */
    static String heading() {
        return String.format(
                ROW,
                "ns for each",
                "parallel",
                "simulated",
                "host's kernel",
                "plain Java",
                "host/par",
                "host/sim",
                "par/Java");
    }

    static String row(Line line) {
        return String.format(
                ROW,
                line.workload().name(),
                cell(line, Column.PARALLEL),
                cell(line, Column.SIMULATED),
                line.hostMissing() == null ? cell(line, Column.HOST) : "not here",
                cell(line, Column.FLOOR),
                ratio(line.ratio(Column.HOST, Column.PARALLEL)),
                ratio(line.ratio(Column.HOST, Column.SIMULATED)),
                ratio(line.ratio(Column.PARALLEL, Column.FLOOR)));
    }

    private static String cell(Line line, Column column) {
        Figures figures = line.figures().get(column);
        return figures == null
                ? NONE
                : String.format(
                        Locale.ROOT, "%s ±%2.0f%%", nanos(figures.median()), figures.spread());
    }

    private static String nanos(double value) {
        return String.format(Locale.ROOT, value < PRECISE_BELOW ? "%.1f" : "%,.0f", value);
    }

    private static String ratio(double value) {
        return value == 0 ? NONE : String.format(Locale.ROOT, "%.1fx", value);
    }

    /** The least speed-up over the host's kernel, or the worst ratio to the floor without one. */
    static String summary(List<Line> lines) {
        Line worst = null;
        for (Line line : lines) {
            if (line.ratio(Column.HOST, Column.PARALLEL) != 0
                    && line.workload().isSummarised()
                    && (worst == null || speedUp(line) < speedUp(worst))) {
                worst = line;
            }
        }
        return worst != null
                ? String.format(
                        Locale.ROOT,
                        "worst speed-up over the host's kernel: %.1fx (%s)",
                        speedUp(worst),
                        worst.workload().name())
                : withoutHost(lines);
    }

    private static double speedUp(Line line) {
        return line.ratio(Column.HOST, Column.PARALLEL);
    }

    private static String withoutHost(List<Line> lines) {
        @Nullable Line worst = null;
        for (Line line : lines) {
            if (line.workload().isSummarised()
                    && (worst == null
                            || line.ratio(Column.PARALLEL, Column.FLOOR)
                                    > worst.ratio(Column.PARALLEL, Column.FLOOR))) {
                worst = line;
            }
        }
        return worst == null
                ? "nothing was measured"
                : String.format(
                        Locale.ROOT,
                        "worst ratio to the plain-Java floor: %.1fx (%s)",
                        worst.ratio(Column.PARALLEL, Column.FLOOR),
                        worst.workload().name());
    }

    /** The heading of the file. */
    static String csvHeading() {
        return "workload,column,median_ns,least_ns,most_ns,spread_percent,rounds";
    }

    /** The file's rows of a line. */
    static List<String> csvRows(Line line) {
        return line.figures().entrySet().stream()
                .map(entry ->
                        csvRow(
                                line.workload().name(),
                                entry.getKey().name().toLowerCase(Locale.ROOT),
                                entry.getValue()))
                .toList();
    }

    static String csvRow(String workload, String column, Figures figures) {
        return String.format(
                Locale.ROOT,
                "%s,%s,%.2f,%.2f,%.2f,%.1f,%d",
                workload,
                column,
                figures.median(),
                figures.least(),
                figures.most(),
                figures.spread(),
                figures.count());
    }
}
