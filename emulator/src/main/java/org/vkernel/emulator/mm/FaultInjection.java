package org.vkernel.emulator.mm;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.vkernel.emulator.Limits;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.printk.Printk;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.trace.Trace;
import org.vkernel.emulator.trace.TraceKind;

/**
 * Makes allocations of a kernel fail, as its {@link FaultPlan} says (lib/fault-inject.c).
 *
 * <p>On the simulated machine, whether one fails that a probability stands for is a choice of the
 * schedule; on the parallel one the machine's own chance decides.
 */
public final class FaultInjection implements FaultInjector {
    private static final TraceKind FAULT =
            TraceKind.of("mm", "fault_injected", "number", "bytes", "gfp");

    private static final String ALLOCATORS = "org.vkernel.emulator.mm.";
    private static final int PAGE_BYTES = 4096;

    private final Memory memory;
    private final Scheduler sched;
    private final Printk printk;
    private final Trace trace;
    private final LongSupplier chance;
    private volatile ImmutableList<FaultState> states = ImmutableList.of();
    private volatile FaultPlan plan = FaultPlan.NONE;
    private final AtomicLong count = new AtomicLong();
    private final ConcurrentLinkedDeque<InjectedFault> latest = new ConcurrentLinkedDeque<>();

    /**
     * Injects nothing yet.
     *
     * @param chance 64 random bits, for the machine that makes no choices
     */
    public FaultInjection(
            Memory memory, Scheduler sched, Printk printk, Trace trace, LongSupplier chance) {
        this.memory = memory;
        this.sched = sched;
        this.printk = printk;
        this.trace = trace;
        this.chance = chance;
    }

    /** Follows {@code value} from now on; what was counted before is forgotten. Context: any. */
    public void set(FaultPlan value) {
        plan = value;
        states =
                value.rules().stream()
                        .map(FaultState::new)
                        .collect(ImmutableList.toImmutableList());
        memory.setFaults(value.isEmpty() ? null : this);
    }

    /** What it follows. */
    public FaultPlan plan() {
        return plan;
    }

    /** How many allocations it has made fail since boot. */
    public long injectedCount() {
        return count.get();
    }

    /** The latest of them, at most {@link Limits#INJECTED_FAULTS}, oldest first. */
    public List<InjectedFault> injected() {
        return List.copyOf(latest);
    }

    // ---- Deciding ----------------------------------------------------------------------------

    @Override
    public boolean failSlab(Task running, String cache, long bytes, GfpMask gfp) {
        for (FaultState state : states) {
            if (state.rule.kind() != FaultKind.FAIL_PAGE_ALLOC
                    && state.filtersSlab(cache)
                    && decide(state, running, bytes, gfp, false)) {
                return inject(state, running, cache, bytes, gfp);
            }
        }
        return false;
    }

    @Override
    public boolean failPages(Task running, int order, GfpMask gfp) {
        long bytes = (long) PAGE_BYTES << order;
        for (FaultState state : states) {
            if (state.rule.kind() != FaultKind.FAILSLAB
                    && state.rule.caches().isEmpty()
                    && decide(state, running, bytes, gfp, order < state.rule.minOrder())) {
                return inject(state, running, "order " + order, bytes, gfp);
            }
        }
        return false;
    }

    /**
     * Models {@code should_fail_ex()} and what its callers test before. Differs from Linux: the
     * call site is looked at before chance is asked, so that no choice is in vain.
     *
     * @param passedOver whether it is too small to fail by chance
     */
    private boolean decide(
            FaultState state, Task running, long bytes, GfpMask gfp, boolean passedOver) {
        FaultRule rule = state.rule;
        GfpMask wanted = rule.gfp();
        if (wanted != null && !gfp.has(wanted.bits())) {
            return false;
        }
        if (state.isCounting()) {
            return state.isTask(running) && isSite(rule) && state.countsDown();
        }
        return !passedOver
                && rule.probability() != 0
                && !(rule.ignoreGfpWait() && gfp.allowBlocking())
                && state.isTask(running)
                && state.isDue(bytes)
                && isSite(rule)
                && happens(rule.probability());
    }

    private static boolean isSite(FaultRule rule) {
        String site = rule.site();
        return site == null
                || StackTraces.hereOutside(ALLOCATORS).stream()
                        .anyMatch(frame -> frame.startsWith(site));
    }

    private boolean happens(int percent) {
        if (percent == 100) {
            return true;
        }
        SimMachine sim = sched.sim();
        if (sim != null) {
            return sim.askFault(percent);
        }
        return Long.remainderUnsigned(chance.getAsLong() >>> 1, 100) < percent;
    }

    // ---- Telling -----------------------------------------------------------------------------

    private boolean inject(FaultState state, Task running, String what, long bytes, GfpMask gfp) {
        FaultRule rule = state.rule;
        InjectedFault fault =
                new InjectedFault(
                        rule,
                        what,
                        bytes,
                        gfp,
                        running.toString(),
                        StackTraces.hereOutside(ALLOCATORS));
        latest.addLast(fault);
        long number = count.incrementAndGet();
        if (number > Limits.INJECTED_FAULTS) {
            latest.pollFirst();
        }
        if (trace.isActive()) {
            trace.emit(
                    FAULT,
                    number,
                    bytes,
                    gfp.bits(),
                    trace.isListened() ? rule.kind() + " " + fault : null);
        }
        if (rule.verbose() > 0 && !gfp.isNoWarn()) {
            dump(state, fault);
        }
        state.failed();
        return true;
    }

    /** Models {@code fail_dump()}. */
    private void dump(FaultState state, InjectedFault fault) {
        FaultRule rule = state.rule;
        printk.write(LogLevel.NOTICE, "FAULT_INJECTION: forcing a failure.");
        printk.write(
                LogLevel.NOTICE,
                String.format(
                        "name %s, interval %d, probability %d, space %d, times %d",
                        rule.kind(),
                        rule.interval(),
                        rule.probability(),
                        state.spaceLeft(),
                        state.timesLeft()));
        if (rule.verbose() > 1) {
            printk.write(
                    LogLevel.INFO,
                    "CPU: " + sched.current().cpu().index() + " Comm: " + fault.task());
            printk.write(LogLevel.INFO, "Call Trace:");
            fault.stack().forEach(frame -> printk.write(LogLevel.INFO, " " + frame));
        }
    }
}
