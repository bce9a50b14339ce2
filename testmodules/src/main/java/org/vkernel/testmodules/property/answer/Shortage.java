package org.vkernel.testmodules.property.answer;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.mm.FaultInjector;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Task;

/** Lets an allocation of a process's call fail, and looks at how large ones are asked for. */
final class Shortage implements FaultInjector {
    /** More than a part must have, and what allocators add to it. */
    private static final int LARGE_PARTS = 4;

    private static final int PAGE_BYTES = 4096;

    /** What is to happen in a call. */
    private static final class Call {
        final int which;
        final boolean isRead;
        int count;
        boolean hasFailed;

        Call(int which, boolean isRead) {
            this.which = which;
            this.isRead = isRead;
        }
    }

    private final long largeBytes;
    private final AnswersSeen seen;
    private final Map<UserProcess, Call> calls = new HashMap<>();

    Shortage(int partBytes, AnswersSeen seen) {
        this.largeBytes = (long) LARGE_PARTS * partBytes;
        this.seen = seen;
    }

    /**
     * A call of a process begins.
     *
     * @param which the number of the allocation that fails, from 1; that and {@link Answers#ON}; 0
     *     for none; or {@link Answers#LARGE}
     */
    void begin(UserProcess process, int which, boolean isRead) {
        calls.put(process, new Call(which, isRead));
    }

    /** It is over; whether an allocation failed that it could not do without. */
    boolean end(UserProcess process) {
        Call call = calls.remove(process);
        return call != null && call.hasFailed && call.which != Answers.LARGE;
    }

    @Override
    public boolean failSlab(Task running, String cache, long bytes, GfpMask gfp) {
        return fail(running, bytes, gfp);
    }

    @Override
    public boolean failPages(Task running, int order, GfpMask gfp) {
        return order > 0 && fail(running, (long) PAGE_BYTES << order, gfp);
    }

    private boolean fail(Task running, long bytes, GfpMask gfp) {
        UserProcess process = running.process();
        @Nullable Call call = process == null ? null : calls.get(process);
        if (call == null) {
            return false;
        }
        boolean large = bytes >= largeBytes && call.isRead;
        if (large && gfp.allowBlocking()) {
            seen.reclaiming.add(bytes + " bytes, " + gfp);
        }
        call.count++;
        boolean fails =
                call.which == Answers.LARGE
                        ? large
                        : call.count == call.which
                                || (call.which > Answers.ON
                                        && call.count >= call.which - Answers.ON);
        call.hasFailed |= fails;
        return fails;
    }
}
