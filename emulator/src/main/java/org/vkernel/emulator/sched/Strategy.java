package org.vkernel.emulator.sched;

/**
 * Answers the choices of one run of the simulated machine.
 *
 * <p>It is asked one question at a time, and only where there are two or more answers. A strategy
 * may draw only on what it was made from (a seed, a schedule) and on the questions themselves, so
 * that the same strategy gives the same run.
 */
public interface Strategy {
    /** As an answer: the run ends here, since nothing new can come of it. */
    int END_OF_RUN = -1;

    /** The name that the command line knows it by. */
    String name();

    /**
     * Answers a question.
     *
     * @param count how many alternatives there are, at least 2
     * @param view what each alternative is; valid only during the call
     * @return the alternative taken, 0 to {@code count - 1}, or {@link #END_OF_RUN}
     */
    int choose(ChoiceKind kind, int count, Alternatives view);
}
