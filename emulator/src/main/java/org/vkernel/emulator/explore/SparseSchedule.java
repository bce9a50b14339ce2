package org.vkernel.emulator.explore;

import com.google.common.collect.ImmutableList;
import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.Strategy;

/**
 * A schedule by what is not 0 in it: all other questions are answered by going on.
 *
 * @param deviations in the order of their questions
 */
public record SparseSchedule(ImmutableList<Deviation> deviations) {
    /**
     * An answer other than 0.
     *
     * @param question how many questions come before it
     * @param answer the alternative taken, from 1 on
     */
    public record Deviation(int question, int answer) {}

    /** Of all answers of a run. */
    public static SparseSchedule of(int[] answers) {
        ImmutableList.Builder<Deviation> deviations = ImmutableList.builder();
        for (int i = 0; i < answers.length; i++) {
            if (answers[i] != 0) {
                deviations.add(new Deviation(i, answers[i]));
            }
        }
        return new SparseSchedule(deviations.build());
    }

    /** How many deviations there are. */
    public int size() {
        return deviations.size();
    }

    /**
     * Without those from {@code from} on, up to but not including {@code to}; those behind them
     * come {@code shift} questions later, as far as that keeps their order.
     */
    SparseSchedule without(int from, int to, int shift) {
        ImmutableList.Builder<Deviation> left = ImmutableList.builder();
        left.addAll(deviations.subList(0, from));
        int least = from == 0 ? 0 : deviations.get(from - 1).question() + 1;
        for (Deviation deviation : deviations.subList(to, size())) {
            int question = Math.max(least, deviation.question() + shift);
            left.add(new Deviation(question, deviation.answer()));
            least = question + 1;
        }
        return new SparseSchedule(left.build());
    }

    /**
     * Gives these answers. One that the program has no alternative for is taken as 0: what comes
     * before it may have been left out.
     */
    public Strategy strategy() {
        return new Strategy() {
            private int asked;
            private int next;

            @Override
            public String name() {
                return ReplaySchedule.NAME;
            }

            @Override
            public int choose(ChoiceKind kind, int count, Alternatives view) {
                int question = asked++;
                if (next == size() || deviations.get(next).question() != question) {
                    return 0;
                }
                int answer = deviations.get(next++).answer();
                return answer < count ? answer : 0;
            }
        };
    }
}
