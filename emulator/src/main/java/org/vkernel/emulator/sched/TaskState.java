package org.vkernel.emulator.sched;

/** What a task waits for, as the {@code __state} of {@code struct task_struct}. */
public final class TaskState {
    public static final int RUNNING = 0;

    /** Woken by {@code wakeUp} or by any signal. */
    public static final int INTERRUPTIBLE = 1;

    /** Woken by {@code wakeUp} only. */
    public static final int UNINTERRUPTIBLE = 2;

    /** What a fatal signal wakes besides ({@code TASK_WAKEKILL}). */
    public static final int WAKEKILL = 4;

    /** Woken by {@code wakeUp} or by a fatal signal ({@code TASK_KILLABLE}). */
    public static final int KILLABLE = WAKEKILL | UNINTERRUPTIBLE;

    /** Gone: it never runs again. */
    public static final int DEAD = 0x80;

    /** What {@code wake_up()} wakes ({@code TASK_NORMAL}). */
    public static final int NORMAL = INTERRUPTIBLE | UNINTERRUPTIBLE;

    private TaskState() {}

    /** The letter that {@code ps} shows. */
    public static char letter(int state) {
        return switch (state) {
            case RUNNING -> 'R';
            case INTERRUPTIBLE -> 'S';
            case DEAD -> 'X';
            default -> 'D';
        };
    }
}
