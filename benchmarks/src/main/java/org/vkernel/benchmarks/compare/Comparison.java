package org.vkernel.benchmarks.compare;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.host.HostUnavailableException;

/**
 * Measures a workload in all columns, in rounds in which each column has its turn. vkernel's two
 * columns have {@link ColumnClasses} of their own.
 */
final class Comparison {
    private static final int GROWTH = 2;

    private final Effort effort;
    private final Map<Column, ColumnClasses> classes = new EnumMap<>(Column.class);

    Comparison(Effort effort) {
        this.effort = effort;
    }

    /**
     * A line of the table.
     *
     * @param figures by column; those that have no such thing are not in it
     * @param hostMissing why the host's column is not in it, although it has such a thing
     */
    record Line(Workload workload, Map<Column, Figures> figures, @Nullable String hostMissing) {
        /** How much longer it takes in one column than in another; 0 if one is not there. */
        double ratio(Column slower, Column faster) {
            Figures above = figures.get(slower);
            Figures below = figures.get(faster);
            return above == null || below == null ? 0 : above.median() / below.median();
        }
    }

    /**
     * Prepares the workload, one of {@link Workloads#ALL}, wherever it can run, measures it, and
     * closes it.
     */
    Line measure(Workload workload) {
        Map<Column, Turn> turns = new EnumMap<>(Column.class);
        String hostMissing = null;
        try {
            for (Column column : Column.values()) {
                try {
                    Contender contender = prepare(workload, column);
                    if (contender != null) {
                        turns.put(column, new Turn(contender));
                    }
                } catch (HostUnavailableException e) {
                    hostMissing = e.getMessage();
                }
            }
            long warmUp = workload.isSummarised() ? effort.summarisedNanos() : effort.warmUpNanos();
            turns.values().forEach(turn -> turn.warmUp(effort, warmUp));
            for (int round = 0; round < effort.rounds(); round++) {
                turns.values().forEach(Turn::take);
            }
            Map<Column, Figures> figures = new EnumMap<>(Column.class);
            turns.forEach((column, turn) -> figures.put(column, new Figures(turn.taken)));
            return new Line(workload, figures, hostMissing);
        } finally {
            turns.values().forEach(turn -> turn.contender.close());
        }
    }

    private @Nullable Contender prepare(Workload workload, Column column)
            throws HostUnavailableException {
        return column.hasOwnClasses()
                ? classes.computeIfAbsent(column, ColumnClasses::new).prepare(workload)
                : workload.prepare(column);
    }

    /** Measures one contender alone. */
    Figures measure(Contender contender) {
        try (contender) {
            Turn turn = new Turn(contender);
            turn.warmUp(effort, effort.warmUpNanos());
            for (int round = 0; round < effort.rounds(); round++) {
                turn.take();
            }
            return new Figures(turn.taken);
        }
    }

    /** A contender, and what its rounds took. */
    private static final class Turn {
        private final Contender contender;
        private final List<Double> taken = new ArrayList<>();
        private long operations;

        Turn(Contender contender) {
            this.contender = contender;
            this.operations = contender.least();
        }

        /** Runs until it is warm, and until it is known how many operations fill a round. */
        void warmUp(Effort effort, long warmUpNanos) {
            long begin = System.nanoTime();
            long nanos = contender.run(operations);
            while (nanos < effort.roundNanos() / GROWTH) {
                operations *= GROWTH;
                nanos = contender.run(operations);
            }
            while (System.nanoTime() - begin < warmUpNanos) {
                nanos = contender.run(operations);
            }
            operations =
                    Math.max(
                            contender.least(),
                            operations * effort.roundNanos() / Math.max(1, nanos));
        }

        void take() {
            taken.add((double) contender.run(operations) / operations);
        }
    }
}
