package org.vkernel.emulator.explore;

import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.Strategy;

/** Gives the answers of a recorded schedule again; after its end, 0. */
public final class ReplaySchedule implements Strategy {
    /** The name on the command line. */
    public static final String NAME = "replay";

    private final int[] answers;
    private int next;

    /** Replays {@code answers}, one for each question. */
    public ReplaySchedule(int[] answers) {
        this.answers = answers.clone();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int choose(ChoiceKind kind, int count, Alternatives view) {
        if (next == answers.length) {
            return 0;
        }
        int answer = answers[next++];
        if (answer >= count) {
            throw new ScheduleMismatch(
                    "answer "
                            + next
                            + " of the schedule is "
                            + answer
                            + ", but the program has only "
                            + count
                            + " alternatives there: it is not the program that was recorded");
        }
        return answer;
    }
}
