package org.vkernel.emulator.check;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where something happened to an object, and in which task: noted cheaply when it happens, put into
 * words only where a report shows it.
 */
public final class Moment extends Throwable {
    private static final long serialVersionUID = 1L;

    private static final ImmutableList<String> NO_TRACE = ImmutableList.of("with no trace kept");

    /** Its text is the task's; never serialised. */
    private final transient @Nullable Object task;

    private final int cpu;

    /**
     * Notes who runs.
     *
     * @param task who ran
     * @param cpu on which CPU
     * @param keepsTrace whether the caller's stack is noted, too, which costs a microsecond
     */
    public Moment(Object task, int cpu, boolean keepsTrace) {
        super(null, null, false, keepsTrace);
        this.task = task;
        this.cpu = cpu;
    }

    /**
     * The name of the class loader of who asked for it: of the innermost frame that is not one of
     * the allocators themselves; null if it has none, or no trace was kept.
     *
     * @param passesSkb whether that of sk_buffs is one of them
     */
    public @Nullable String classLoader(boolean passesSkb) {
        for (StackTraceElement frame : getStackTrace()) {
            String name = frame.getClassName();
            if (!(passesSkb && name.startsWith("org.vkernel.emulator.skb."))
                    && !name.startsWith("org.vkernel.emulator.mm.")
                    && !name.startsWith("org.vkernel.emulator.sched.")
                    && !name.startsWith("org.vkernel.emulator.check.")) {
                return frame.getClassLoaderName();
            }
        }
        return null;
    }

    /**
     * The place as a report shows it.
     *
     * @param what what happened there: {@code "Freed"}
     */
    public BugReport.Place place(String what) {
        List<String> stack = StackTraces.of(this);
        return new BugReport.Place(
                what + " by task " + task + " on CPU " + cpu, stack.isEmpty() ? NO_TRACE : stack);
    }
}
