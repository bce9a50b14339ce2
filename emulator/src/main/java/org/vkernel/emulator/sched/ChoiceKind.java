package org.vkernel.emulator.sched;

/** What a question to a {@link Strategy} is about. */
public enum ChoiceKind {
    /** At a point of the running task: 0 goes on, the others switch or deliver an interrupt. */
    POINT,
    /** Nothing can go on here: which CPU runs next. Forced, so no answer means "as before". */
    CPU,
    /** A CPU is free: which of its queued tasks it takes; 0 is the one that waits longest. */
    TASK,
    /** Whether an allocation fails: 0 no, 1 yes. Of these the view says the {@code percent}. */
    FAULT,
    /** Whether time passes although something can run: 0 no, 1 up to the next timer. */
    TIME
}
