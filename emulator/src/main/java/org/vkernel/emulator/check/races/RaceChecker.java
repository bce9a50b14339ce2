package org.vkernel.emulator.check.races;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.ContextWatcher;
import org.vkernel.emulator.sched.PointObserver;
import org.vkernel.emulator.sched.PreemptCount;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.WatchedLock;

/**
 * Finds data races of one kernel on the simulated machine: see the package.
 *
 * <p>Exclusive to the holder of the baton. An access is looked at when its point returns, so the
 * order in which accesses are looked at is that in which they happen.
 */
public final class RaceChecker implements PointObserver, ContextWatcher {
    /** The rule that it reports. */
    public static final String RULE = "data race";

    /** What it tells of a race. */
    @FunctionalInterface
    public interface Report {
        /** As {@code VirtualKernel.report()}. */
        void report(
                String rule,
                String what,
                List<String> stack,
                ImmutableList<BugReport.Place> others);
    }

    private static final int CPU_BITS = 8;

    private final SimMachine sim;
    private final boolean keepsStacks;
    private final Report report;
    private final Strands strands = new Strands();
    private final CpuOrder[] cpus;
    private final Places places = new Places();
    private @Nullable Stamp gracePeriods;
    private int gracePeriodCount;

    /**
     * Makes one that watches nothing yet.
     *
     * @param keepsStacks whether the call trace of each access by kernel code is kept, for the
     *     report to name both; it costs microseconds
     */
    public RaceChecker(Scheduler sched, SimMachine sim, boolean keepsStacks, Report report) {
        this.sim = sim;
        this.keepsStacks = keepsStacks;
        this.report = report;
        this.cpus = new CpuOrder[sched.cpuCount()];
        for (int i = 0; i < cpus.length; i++) {
            cpus[i] = new CpuOrder(strands.add("a hardirq"), strands.add("a softirq"));
        }
    }

    // ---- Strands -----------------------------------------------------------------------------

    private Strand strand(Task task) {
        int count = task.preemptCount();
        if (PreemptCount.inTask(count)) {
            return ofTask(task);
        }
        CpuOrder cpu = cpu(task);
        return PreemptCount.inHardirq(count) ? cpu.hardirq : cpu.softirq;
    }

    private CpuOrder cpu(Task task) {
        return cpus[task.cpu().index()];
    }

    private Strand ofTask(Task task) {
        int slot = task.strand();
        return slot < 0 ? begin(task, null) : strands.get(slot);
    }

    private Strand begin(Task task, @Nullable Strand parent) {
        Strand made = strands.add(task, parent);
        task.setStrand(made.slot);
        return made;
    }

    // ---- Accesses ----------------------------------------------------------------------------

    @Override
    public void passed(Task task, int access, long number) {
        if (number == 0) {
            return;
        }
        switch (access) {
            case Access.READ -> read(task, number);
            case Access.WRITE -> write(task, number);
            case Access.READ_ONCE -> readOnce(task, number);
            case Access.WRITE_ONCE -> writeOnce(task, number);
            case Access.ATOMIC -> atomic(task, number);
            case Access.PUBLISH -> publish(task, number);
            default -> {}
        }
    }

    private void read(Task task, long number) {
        Strand me = strand(task);
        Place place = places.get(number);
        History reads = place.reads;
        if (reads == null) {
            reads = place.reads = new History();
        } else if (reads.isKnown(me)) {
            return;
        }
        check(task, me, place, Access.READ, place.writes, Access.WRITE);
        check(task, me, place, Access.READ, place.markedWrites, Access.WRITE_ONCE);
        check(task, me, place, Access.READ, place.publications, Access.PUBLISH);
        reads.add(me, origin(task), stack(task));
    }

    private void write(Task task, long number) {
        Strand me = strand(task);
        Place place = places.get(number);
        History writes = place.writes;
        if (writes == null) {
            writes = place.writes = new History();
        } else if (writes.isKnown(me)) {
            return;
        }
        check(task, me, place, Access.WRITE, writes, Access.WRITE);
        check(task, me, place, Access.WRITE, place.reads, Access.READ);
        check(task, me, place, Access.WRITE, place.markedWrites, Access.WRITE_ONCE);
        check(task, me, place, Access.WRITE, place.markedReads, Access.READ_ONCE);
        check(task, me, place, Access.WRITE, place.publications, Access.PUBLISH);
        // Whoever comes after this write comes after those.
        place.reads = null;
        place.markedReads = null;
        place.markedWrites = null;
        place.publications = null;
        writes.clear();
        writes.add(me, origin(task), stack(task));
    }

    private void readOnce(Task task, long number) {
        Strand me = strand(task);
        Place place = places.get(number);
        place.acquire(me);
        History reads = place.markedReads;
        if (reads == null) {
            reads = place.markedReads = new History();
        } else if (reads.isKnown(me)) {
            return;
        }
        check(task, me, place, Access.READ_ONCE, place.writes, Access.WRITE);
        reads.add(me, origin(task), stack(task));
    }

    private void writeOnce(Task task, long number) {
        Place place = places.get(number);
        markedWrite(task, strand(task), place, Access.WRITE_ONCE);
    }

    private void atomic(Task task, long number) {
        Strand me = strand(task);
        Place place = places.get(number);
        place.acquire(me);
        markedWrite(task, me, place, Access.ATOMIC);
    }

    private void markedWrite(Task task, Strand me, Place place, int access) {
        check(task, me, place, access, place.writes, Access.WRITE);
        check(task, me, place, access, place.reads, Access.READ);
        History writes = place.markedWrites;
        if (writes == null) {
            writes = place.markedWrites = new History();
        }
        writes.add(me, origin(task), stack(task));
        place.release(me);
    }

    private void publish(Task task, long number) {
        Strand me = strand(task);
        Place place = places.get(number);
        History publications = place.publications;
        check(task, me, place, Access.PUBLISH, place.writes, Access.WRITE);
        check(task, me, place, Access.PUBLISH, place.reads, Access.READ);
        check(task, me, place, Access.PUBLISH, publications, Access.PUBLISH);
        if (publications == null) {
            publications = place.publications = new History();
        }
        publications.clear();
        publications.add(me, origin(task), stack(task));
        place.release(me);
    }

    // ---- Where they were made ----------------------------------------------------------------

    private static long origin(Task task) {
        return (long) task.accessSite() << CPU_BITS | task.cpu().index();
    }

    private @Nullable Throwable stack(Task task) {
        return keepsStacks && task.accessSite() == 0 ? new Throwable() : null;
    }

    private void check(
            Task task, Strand me, Place place, int access, @Nullable History history, int before) {
        if (history != null) {
            int other = history.unordered(me);
            if (other != History.NONE) {
                race(task, me, place, access, history, other, before);
            }
        }
    }

    private void race(
            Task task, Strand me, Place place, int access, History history, int other, int before) {
        if (place.reported) {
            return; // once told, every later access would tell it again
        }
        place.reported = true;
        int site = task.accessSite();
        long origin = history.origin(other);
        int otherSite = (int) (origin >> CPU_BITS);
        List<String> stack = new ArrayList<>();
        if (site != 0) {
            stack.add(sim.siteNumbers().frame(site));
        }
        for (String frame : StackTraces.here()) {
            if (stack.isEmpty() || !stack.getFirst().equals(frame)) {
                stack.add(frame);
            }
        }
        Strand they = strands.get(other);
        String where = " on CPU " + (origin & ((1 << CPU_BITS) - 1));
        report.report(
                RULE,
                target(site, otherSite)
                        + ": "
                        + name(access)
                        + " by "
                        + me
                        + " on CPU "
                        + task.cpu().index()
                        + " against the "
                        + name(before)
                        + " by "
                        + they
                        + where
                        + ", which nothing orders",
                stack,
                ImmutableList.of(
                        new BugReport.Place(
                                "Against the " + name(before) + " by " + they + where,
                                otherStack(otherSite, history.stack(other), they))));
    }

    private String target(int site, int otherSite) {
        int known = site != 0 ? site : otherSite;
        return known == 0 ? "shared memory of the kernel" : sim.siteNumbers().target(known);
    }

    private List<String> otherStack(int site, @Nullable Throwable stack, Strand they) {
        if (site != 0) {
            return List.of(sim.siteNumbers().frame(site));
        }
        if (stack != null) {
            return StackTraces.of(stack);
        }
        return List.of("in kernel code, with no call trace kept; " + they + " has gone on since");
    }

    private static String name(int access) {
        return switch (access) {
            case Access.READ -> "read";
            case Access.WRITE -> "write";
            default -> "marked " + Access.name(access);
        };
    }

    // ---- What orders them --------------------------------------------------------------------

    @Override
    public void irqsOff(Task task) {
        Strand me = strand(task);
        CpuOrder cpu = cpu(task);
        if (me != cpu.hardirq) {
            acquire(me, cpu.hardirqDone);
            if (me != cpu.softirq) {
                acquire(me, cpu.softirqDone);
            }
        }
    }

    @Override
    public void irqsOn(Task task) {
        Strand me = strand(task);
        CpuOrder cpu = cpu(task);
        if (me != cpu.hardirq) {
            cpu.irqsOff.end(me, me.now);
            if (me != cpu.softirq) {
                cpu.bottomHalvesOff.end(me, me.now);
            }
            me.now++;
            endPerCpuData(me, cpu);
        }
    }

    @Override
    public void bottomHalvesOff(Task task) {
        Strand me = strand(task);
        CpuOrder cpu = cpu(task);
        if (me != cpu.softirq && me != cpu.hardirq) {
            acquire(me, cpu.softirqDone);
        }
    }

    @Override
    public void bottomHalvesOn(Task task) {
        Strand me = strand(task);
        CpuOrder cpu = cpu(task);
        if (me != cpu.softirq && me != cpu.hardirq) {
            cpu.bottomHalvesOff.end(me, me.now++);
            endPerCpuData(me, cpu);
        }
    }

    @Override
    public void preemptionOff(Task task) {
        acquire(strand(task), cpu(task).perCpuData);
    }

    @Override
    public void preemptionOn(Task task) {
        Strand me = strand(task);
        me.usesPerCpuData = true;
        endPerCpuData(me, cpu(task));
    }

    @Override
    public void perCpuData(Task task) {
        Strand me = strand(task);
        acquire(me, cpu(task).perCpuData);
        me.usesPerCpuData = true;
    }

    private static void endPerCpuData(Strand me, CpuOrder cpu) {
        if (me.usesPerCpuData) {
            me.usesPerCpuData = false;
            Stamp before = cpu.perCpuData;
            Stamp stamp = me.release();
            cpu.perCpuData = before == null ? stamp : before.with(stamp, me);
        }
    }

    @Override
    public void interruptBegins(Task task) {
        Strand me = strand(task);
        CpuOrder cpu = cpu(task);
        if (me == cpu.hardirq) {
            acquire(me, cpu.irqsOff.stamp());
        } else {
            acquire(me, cpu.bottomHalvesOff.stamp());
            acquire(me, cpu.hardirqDone);
        }
    }

    @Override
    public void interruptEnds(Task task) {
        Strand me = strand(task);
        CpuOrder cpu = cpu(task);
        endPerCpuData(me, cpu);
        Stamp done = me.release();
        if (me == cpu.hardirq) {
            cpu.hardirqDone = done;
        } else {
            cpu.softirqDone = done;
        }
    }

    @Override
    public void wakes(Task running, Task other) {
        Strand me = strand(running);
        Stamp stamp = me.release();
        if (other.strand() < 0) {
            begin(other, me).acquire(stamp);
            return;
        }
        Strand woken = strands.get(other.strand());
        Stamp before = woken.wakeUp;
        woken.wakeUp = before == null ? stamp : before.with(stamp, me);
    }

    @Override
    public void resumes(Task task) {
        Strand me = ofTask(task);
        acquire(me, me.wakeUp);
        me.wakeUp = null;
    }

    @Override
    public void hostEnters(Task init) {
        Strand me = ofTask(init);
        for (int slot = 0; slot < strands.count(); slot++) {
            if (slot != me.slot) {
                me.acquire(strands.get(slot).release());
            }
        }
    }

    @Override
    public void rcuReadBegins(Task task) {
        Strand me = strand(task);
        if (me.gracePeriods != gracePeriodCount) {
            me.gracePeriods = gracePeriodCount;
            acquire(me, gracePeriods);
        }
    }

    @Override
    public void rcuReadEnds(Task task) {
        Strand me = strand(task);
        me.readSectionEnd = me.now++;
    }

    @Override
    public void gracePeriodBegins(Task task) {
        Strand me = strand(task);
        Stamp before = gracePeriods;
        Stamp stamp = me.release();
        gracePeriods = before == null ? stamp : before.with(stamp, me);
        gracePeriodCount++;
    }

    @Override
    public void gracePeriodEnded(Task task) {
        Strand me = strand(task);
        for (int slot = 0; slot < strands.count(); slot++) {
            Strand reader = strands.get(slot);
            if (reader.readSectionEnd != 0 && reader != me) {
                me.acquire(reader.releasedAt(reader.readSectionEnd));
            }
        }
    }

    @Override
    public void acquired(Task task, WatchedLock lock, int mode) {
        Strand me = strand(task);
        Place place = places.get(lock.lockNumber());
        place.acquire(me);
        if (mode == WatchedLock.WRITE) {
            acquire(me, place.releasedByReaders);
        }
    }

    @Override
    public void released(Task task, WatchedLock lock, int mode) {
        Strand me = strand(task);
        Place place = places.get(lock.lockNumber());
        Stamp stamp = me.release();
        if (mode == WatchedLock.READ) {
            Stamp before = place.releasedByReaders;
            place.releasedByReaders = before == null ? stamp : before.with(stamp, me);
        } else {
            place.released = stamp;
            place.releasedByReaders = null;
        }
        endPerCpuData(me, cpu(task));
    }

    private static void acquire(Strand me, @Nullable Stamp stamp) {
        if (stamp != null) {
            me.acquire(stamp);
        }
    }
}
