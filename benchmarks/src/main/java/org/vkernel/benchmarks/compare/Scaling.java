package org.vkernel.benchmarks.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.vkernel.testmodules.cli.Console;

/** {@code vkernel bench --scaling}: how costs grow, as a table, a file and a chart. */
final class Scaling {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 700;

    private final Comparison comparison;

    Scaling(Comparison comparison) {
        this.comparison = comparison;
    }

    /** How much the cost of a workload grew from the fewest to the most. */
    private record Steepness(Growth growth, double ratio) {}

    void run(Console console, PrintStream csv, PrintStream svg, Path chartFile) {
        XYChart chart =
                new XYChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title("What an operation costs beside more and more")
                        .xAxisTitle("how many")
                        .yAxisTitle("ns")
                        .build();
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        csv.println("workload,unit,size,median_ns,least_ns,most_ns");
        Steepness steepest = null;
        for (Growth growth : Growth.ALL) {
            Steepness own = measure(growth, console, csv, chart);
            steepest = steepest == null || own.ratio() > steepest.ratio() ? own : steepest;
        }
        try {
            VectorGraphicsEncoder.saveVectorGraphic(chart, svg, VectorGraphicsFormat.SVG);
        } catch (IOException e) {
            throw new UncheckedIOException(chartFile + " cannot be written", e);
        }
        console.println(summary(steepest, chartFile));
    }

    private Steepness measure(Growth growth, Console console, PrintStream csv, XYChart chart) {
        List<Double> costs = new ArrayList<>();
        for (int size : growth.sizes()) {
            console.complain(growth.name() + ", " + size + " " + growth.unit());
            Figures figures = comparison.measure(growth.on().prepare(size));
            costs.add(figures.median());
            console.println(
                    String.format(
                            Locale.ROOT,
                            "%-24s %6d %-24s %8.1f ns ±%.0f%%",
                            growth.name(),
                            size,
                            growth.unit(),
                            figures.median(),
                            figures.spread()));
            csv.printf(
                    Locale.ROOT,
                    "%s,%s,%d,%.2f,%.2f,%.2f%n",
                    growth.name(),
                    growth.unit(),
                    size,
                    figures.median(),
                    figures.least(),
                    figures.most());
        }
        var _ = chart.addSeries(growth.name() + ", " + growth.unit(), growth.sizes(), costs);
        return new Steepness(growth, costs.getLast() / costs.getFirst());
    }

    private static String summary(@Nullable Steepness steepest, Path chartFile) {
        if (steepest == null) {
            return "0 workloads";
        }
        Growth growth = steepest.growth();
        return String.format(
                Locale.ROOT,
                "%d workloads, steepest growth: %.1fx from %d to %d %s, %s",
                Growth.ALL.size(),
                steepest.ratio(),
                growth.sizes().getFirst(),
                growth.sizes().getLast(),
                growth.unit(),
                chartFile);
    }
}
