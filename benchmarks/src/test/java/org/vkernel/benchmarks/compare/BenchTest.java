package org.vkernel.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vkernel.benchmarks.compare.Comparison.Line;
import org.vkernel.netlink.host.HostKernel;

class BenchTest {
    /** A round of a single operation: enough to see that each does what it says. */
    private static final Comparison ONCE = new Comparison(new Effort(1, 1, 0, 0));

    private static final int MANY = 1024;

    private static List<Workload> workloads() {
        return Workloads.ALL.stream()
                .filter(workload -> !workload.name().contains("16384 ("))
                .filter(workload -> !workload.name().contains("100000"))
                .toList();
    }

    /** A call that does not move its message throws. */
    @ParameterizedTest
    @MethodSource("workloads")
    void everyWorkload_runsWhereItCan(Workload workload) {
        Line line = ONCE.measure(workload);

        assertFalse(line.figures().isEmpty(), workload.name());
        line.figures()
                .forEach((column, figures) -> assertTrue(figures.median() > 0, column.name()));
        assertEquals(
                HostKernel.unavailable() == null || line.figures().containsKey(Column.HOST),
                line.hostMissing() == null,
                workload.name());
        if (workload.isSummarised() && HostKernel.unavailable() == null) {
            assertTrue(
                    line.figures()
                            .keySet()
                            .containsAll(List.of(Column.PARALLEL, Column.HOST, Column.FLOOR)),
                    workload.name());
        }
    }

    @Test
    void everyGrowth_runsAtItsFewest() {
        for (Growth growth : Growth.ALL) {
            int fewest = growth.sizes().getFirst();
            assertTrue(ONCE.measure(growth.on().prepare(fewest)).median() > 0, growth.name());
        }
    }

    @Test
    void summary_isTheLeastSpeedUpOfThoseThatCount() {
        List<Line> lines =
                List.of(
                        line(new Unicast(64), 100, 1500.0, 20),
                        line(new Unicast(MANY), 200, 1500.0, 30),
                        line(new Unicast(16 * MANY), 1000, 1000.0, 30),
                        line(new PingPong(), 1000, 500.0, 30));

        assertEquals(
                "worst speed-up over the host's kernel: 7.5x (unicast 1024 B)",
                ComparisonTable.summary(lines));
    }

    @Test
    void summary_withoutTheHostsKernel_isTheWorstRatioToTheFloor() {
        List<Line> lines =
                List.of(
                        line(new Unicast(64), 100, null, 20),
                        line(new Unicast(MANY), 120, null, 60));

        assertEquals(
                "worst ratio to the plain-Java floor: 5.0x (unicast 64 B)",
                ComparisonTable.summary(lines));
        assertTrue(ComparisonTable.row(lines.getFirst()).contains("not here"));
    }

    private static Line line(
            Workload workload, double parallel, @Nullable Double host, double floor) {
        Map<Column, Figures> figures = new EnumMap<>(Column.class);
        figures.put(Column.PARALLEL, new Figures(List.of(parallel)));
        if (host != null) {
            figures.put(Column.HOST, new Figures(List.of(host)));
        }
        figures.put(Column.FLOOR, new Figures(List.of(floor)));
        return new Line(workload, figures, host == null ? "no such kernel" : null);
    }
}
