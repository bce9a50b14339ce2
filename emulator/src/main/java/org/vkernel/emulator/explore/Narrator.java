package org.vkernel.emulator.explore;

import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.trace.ColumnTrace;

/** Answers as another strategy does, and says where each task was that had to stop. */
public final class Narrator implements Strategy {
    /** Primitives of the emulator: a reader wants the line that called them. */
    private static final String PRIMITIVE =
            "(Shared|Atomic|SpinLock|RwLock|Mutex|Completion|WaitQueue|Rcu|RefCount|SimPoints|Narrator)"
                    + "\\w*(\\$\\w+)?\\..*"
                    + "|Sock\\.(point|readOnce|writeOnce|atomic)\\(.*";

    private final Strategy inner;
    private final ColumnTrace columns;

    /** Answers as {@code inner} does. */
    public Narrator(Strategy inner, ColumnTrace columns) {
        this.inner = inner;
        this.columns = columns;
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public int choose(ChoiceKind kind, int count, Alternatives view) {
        int answer = inner.choose(kind, count, view);
        Task stopped = view.task(0);
        if (answer != 0 && kind == ChoiceKind.POINT && stopped != null) {
            String place =
                    StackTraces.here().stream()
                            .filter(frame ->
                                    !frame.matches(PRIMITIVE) && !frame.contains("$vkernel$"))
                            .findFirst()
                            .map(frame -> " in " + frame)
                            .orElse("");
            columns.add(
                    stopped.cpu().index(),
                    stopped.toString(),
                    "* stops before "
                            + Access.name(view.access(0))
                            + place
                            + ": "
                            + event(view, answer));
        }
        return answer;
    }

    private static String event(Alternatives view, int answer) {
        Task task = view.task(answer);
        if (task == null) {
            return "time passes";
        }
        return (view.isInterrupt(answer) ? "an interrupt comes upon " : "on goes ") + task;
    }
}
