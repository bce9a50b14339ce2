package org.vkernel.emulator.check.locks;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Reporter;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.sched.ContextWatcher;
import org.vkernel.emulator.sched.PreemptCount;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.WatchedLock;

/**
 * Watches the order and the contexts in which a kernel's locks are taken: see the package.
 *
 * <p>On the simulated machine; exclusive to the holder of the baton.
 */
public final class LockChecker implements ContextWatcher {
    /** Two orders of the same locks. */
    public static final String ORDER = "possible circular locking dependency";

    /** A lock that an interrupt may want while the task below it holds it. */
    public static final String CONTEXT = "inconsistent lock state";

    /** A lock that is held by a task that ends or goes back to user code. */
    public static final String LEFT = "lock held when leaving the kernel";

    /** A lock of a class of which the task holds one already. */
    public static final String RECURSION = "possible recursive locking detected";

    /** A lock that an interrupt takes, held while one is taken under which such may come. */
    public static final String HARDIRQ_ORDER = "HARDIRQ-safe -> HARDIRQ-unsafe lock order detected";

    /** The same of softirqs. */
    public static final String SOFTIRQ_ORDER = "SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected";

    /** An interrupt that ends with a lock. */
    public static final String LEFT_BY_INTERRUPT = "lock held when an interrupt returns";

    /** An RCU read section that the task does not end. */
    public static final String READ_SECTION_LEFT = "RCU read section left open";

    private static final String[] USES = {
        "in hardirq context", "in softirq context", "with interrupts on", "with softirqs on"
    };

    private final boolean reportsLocks;
    private final boolean keepsStacks;
    private final Reporter report;
    private final Map<String, LockClass> byName = new HashMap<>();
    private final List<LockClass> classes = new ArrayList<>();
    private final LockGraph graph = new LockGraph();

    /** What was told of interrupts and orders of locks, once for each pair. */
    private final Set<String> toldPairs = new HashSet<>();

    /**
     * Makes one that watches nothing yet.
     *
     * @param reportsLocks whether it reports; else it only knows what is held, for others' reports
     * @param keepsStacks whether the call trace of each lock that is taken is kept
     */
    public LockChecker(boolean reportsLocks, boolean keepsStacks, Reporter report) {
        this.reportsLocks = reportsLocks;
        this.keepsStacks = keepsStacks;
        this.report = report;
    }

    private LockClass classOf(WatchedLock lock, int mode) {
        int subclass = WatchedLock.subclass(mode);
        int known = lock.lockClass();
        if (known >= 0 && subclass == 0) {
            return classes.get(known);
        }
        LockClass found = classOf(lock.lockName(), subclass, mode);
        if (subclass == 0) {
            lock.setLockClass(found.number);
        }
        return found;
    }

    private LockClass classOf(String lockName, int subclass, int mode) {
        String name = subclass == 0 ? lockName : lockName + "/" + subclass;
        LockClass known = byName.get(name);
        if (known == null) {
            boolean sleeps = WatchedLock.plain(mode) == WatchedLock.MUTEX;
            known = new LockClass(classes.size(), name, sleeps);
            byName.put(name, known);
            classes.add(known);
            graph.add(known);
        }
        return known;
    }

    private static int level(Task task) {
        int count = task.preemptCount();
        if (PreemptCount.inTask(count)) {
            return 0;
        }
        return PreemptCount.inHardirq(count) ? 2 : 1;
    }

    // ---- Taking ------------------------------------------------------------------------------

    @Override
    public void wants(Task task, WatchedLock lock, int mode) {
        if (!reportsLocks) {
            return;
        }
        LockClass type = classOf(lock, mode);
        int level = level(task);
        note(task, type, mode, level);
        TaskContext context = TaskContext.of(task);
        context.wanted[level] = lock;
        // Readers pass waiting writers in interrupts only.
        boolean isRecursive =
                LockClass.isRead(mode) && PreemptCount.inInterrupt(task.preemptCount());
        List<HeldLock> held = context.locks;
        boolean isOrdered = false;
        for (int i = held.size() - 1; i >= 0; i--) {
            HeldLock below = held.get(i);
            if (below.level() != level) {
                break; // an interrupt waits for nothing that it interrupted
            }
            if (below.type() == type) {
                checkRecursion(task, below, lock, mode, isRecursive);
            } else if (!isOrdered) {
                int kind = LockOrder.kind(LockClass.isRead(below.mode()), isRecursive);
                if (!below.type().isBefore(type, kind)) {
                    addOrder(task, below, type, kind);
                }
                isOrdered = !below.tried(); // what was held before that is ordered before it
            }
        }
    }

    // ---- Order -------------------------------------------------------------------------------

    @SuppressWarnings("ReferenceEquality") // it is the lock itself
    private void checkRecursion(
            Task task, HeldLock below, WatchedLock lock, int mode, boolean isRecursive) {
        boolean areRead = LockClass.isRead(mode) && LockClass.isRead(below.mode());
        boolean isRw = LockClass.isRead(mode) || WatchedLock.plain(mode) == WatchedLock.WRITE;
        boolean isSame = below.lock() == lock;
        if ((areRead && isRecursive) || (isSame && !isRw)) {
            return; // a lock that its holder waits for tells of it itself
        }
        String what = task + " takes " + below.type() + " and holds ";
        report.report(
                RECURSION,
                what
                        + (isSame
                                ? "it already" + (areRead ? ": a writer between waits, and so" : "")
                                : "another of that class: nothing says which comes first"),
                places(task));
    }

    private void addOrder(Task task, HeldLock below, LockClass type, int kind) {
        LockClass first = below.type();
        LockGraph.Step reached = new LockGraph.Step(type, LockOrder.isRecursive(kind));
        ImmutableList<LockClass> back = ImmutableList.of();
        if (graph.mayLead(type, first)) {
            boolean shared = LockOrder.isShared(kind);
            back = graph.way(reached, step -> step.type() == first && step.waitsFor(shared));
        }
        graph.put(
                first,
                type,
                kind,
                new LockOrder(
                        task.toString(), below.stack(), keepsStacks ? new Throwable() : null));
        if (!back.isEmpty()) {
            tellOrder(task, below, type, back);
        }
        checkIrqs(task, first.inBefore & type.onAfter);
    }

    private void tellOrder(Task task, HeldLock below, LockClass type, List<LockClass> back) {
        ImmutableList.Builder<BugReport.Place> places = ImmutableList.builder();
        add(places, "Lock held, " + below.type() + ", taken by " + task, below.stack());
        addOrders(places, back);
        report.report(
                ORDER,
                task
                        + " takes "
                        + type
                        + " and holds "
                        + below.type()
                        + "; the order so far was "
                        + chain(back),
                places.build());
    }

    private static String chain(List<LockClass> way) {
        return Joiner.on(" -> ").join(way);
    }

    private void addOrders(ImmutableList.Builder<BugReport.Place> places, List<LockClass> way) {
        for (int i = 1; i < way.size(); i++) {
            LockClass first = way.get(i - 1);
            LockClass second = way.get(i);
            LockOrder order = graph.order(first, second);
            add(places, first + ", taken by " + order.by(), order.held());
            add(places, second + " under " + first + ", taken by " + order.by(), order.taken());
        }
    }

    /**
     * Something is new about {@code irqs}: looks for a lock that such an interrupt takes, with
     * which another is held under which it may come. That other's holder may be interrupted and
     * waits for the interrupt to end, which waits for the one who waits for the other.
     */
    private void checkIrqs(Task task, int irqs) {
        for (int rest = irqs; rest != 0; rest &= rest - 1) {
            int irq = Integer.lowestOneBit(rest);
            for (LockClass safe : classes) {
                if ((safe.in() & irq) != 0) {
                    checkIrq(task, irq, safe);
                }
            }
        }
    }

    private void checkIrq(Task task, int irq, LockClass safe) {
        ImmutableList<LockClass> way =
                graph.way(
                        new LockGraph.Step(safe, safe.isOnlyReadIn(irq)),
                        step ->
                                step.type() != safe
                                        && (step.type().on() & irq) != 0
                                        && step.waitsFor(step.type().isOnlyReadWith(irq)));
        if (way.isEmpty()) {
            return;
        }
        LockClass unsafe = way.getLast();
        if (!toldPairs.add(irq + " " + safe + " " + unsafe)) {
            return;
        }
        int in = safe.useIn(irq);
        int with = unsafe.useWith(irq);
        ImmutableList.Builder<BugReport.Place> places = ImmutableList.builder();
        add(places, safe + ", taken " + use(in) + " by " + safe.users[in], safe.stacks[in]);
        add(
                places,
                unsafe + ", taken " + use(with) + " by " + unsafe.users[with],
                unsafe.stacks[with]);
        addOrders(places, way);
        report.report(
                irq == LockClass.IN_HARDIRQ ? HARDIRQ_ORDER : SOFTIRQ_ORDER,
                String.format(
                        "%s adds what was missing: %s is taken %s by %s, %s is taken %s by %s, and"
                                + " their order is %s",
                        task,
                        safe,
                        use(in),
                        safe.users[in],
                        unsafe,
                        use(with),
                        unsafe.users[with],
                        chain(way)),
                places.build());
    }

    private static void add(
            ImmutableList.Builder<BugReport.Place> places,
            String title,
            @Nullable Throwable stack) {
        if (stack != null) {
            places.add(new BugReport.Place(title, StackTraces.of(stack)));
        }
    }

    // ---- Contexts ----------------------------------------------------------------------------

    private void note(Task task, LockClass type, int mode, int level) {
        if (type.sleeps) {
            return; // nobody may take it in an interrupt at all
        }
        int bits;
        if (level == 2) {
            bits = LockClass.IN_HARDIRQ;
        } else {
            bits = level == 1 ? LockClass.IN_SOFTIRQ : 0;
            if (!task.irqsDisabled()) {
                bits |= LockClass.HARDIRQS_ON;
                if (!PreemptCount.inSoftirq(task.preemptCount())) {
                    bits |= LockClass.SOFTIRQS_ON;
                }
            }
        }
        if (LockClass.isRead(mode)) {
            bits <<= LockClass.READ_SHIFT;
        }
        if ((type.usage | bits) != type.usage) {
            addUsage(task, type, bits & ~type.usage);
        }
    }

    private void addUsage(Task task, LockClass type, int added) {
        int conflicts = 0;
        int mine = 0;
        for (int rest = added; rest != 0; rest &= rest - 1) {
            int index = Integer.numberOfTrailingZeros(rest);
            type.users[index] = task.toString();
            type.stacks[index] = keepsStacks ? new Throwable() : null;
            int against = type.usage & LockClass.against(1 << index);
            if (against != 0 && conflicts == 0) {
                conflicts = against;
                mine = index;
            }
        }
        type.usage |= added;
        graph.spreadIn(type, type.in());
        graph.spreadOn(type, type.on());
        if (conflicts != 0) {
            int theirs = Integer.numberOfTrailingZeros(conflicts);
            ImmutableList.Builder<BugReport.Place> places = ImmutableList.builder();
            add(
                    places,
                    "Taken before " + use(theirs) + " by " + type.users[theirs],
                    type.stacks[theirs]);
            report.report(
                    CONTEXT,
                    String.format(
                            "%s is taken %s by %s, and was taken %s by %s",
                            type, use(mine), task, use(theirs), type.users[theirs]),
                    places.build());
        }
        checkIrqs(task, type.inBefore & type.onAfter);
    }

    private static String use(int index) {
        return USES[index % LockClass.READ_SHIFT];
    }

    // ---- Holding -----------------------------------------------------------------------------

    @Override
    @SuppressWarnings("ReferenceEquality") // it is the lock itself
    public void acquired(Task task, WatchedLock lock, int mode) {
        TaskContext context = TaskContext.of(task);
        int level = level(task);
        boolean wasTried = context.wanted[level] != lock;
        context.wanted[level] = null;
        context.locks.add(
                new HeldLock(
                        lock,
                        classOf(lock, mode),
                        mode,
                        level,
                        wasTried,
                        keepsStacks ? new Throwable() : null));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // it is the lock itself
    public void released(Task task, WatchedLock lock, int mode) {
        List<HeldLock> held = TaskContext.of(task).locks;
        for (int i = held.size() - 1; i >= 0; i--) {
            if (held.get(i).lock() == lock) {
                held.remove(i);
                return;
            }
        }
    }

    @Override
    public void leavesKernel(Task task) {
        if (!reportsLocks) {
            return;
        }
        TaskContext context = TaskContext.of(task);
        List<HeldLock> held = context.locks;
        if (!held.isEmpty()) {
            HeldLock first = held.getFirst();
            ImmutableList<BugReport.Place> places = places(task);
            held.clear();
            report.report(LEFT, task + " still holds " + first.type(), places);
        }
        if (task.rcuNesting() == 0) {
            context.sectionReported = false;
        } else if (!context.sectionReported) {
            context.sectionReported = true;
            tellSection(task, "when it leaves the kernel", 0);
        }
    }

    private void tellSection(Task task, String when, int before) {
        report.report(
                READ_SECTION_LEFT,
                String.format(
                        "%s is in an RCU read section %s: nest depth %d, which was %d",
                        task, when, task.rcuNesting(), before),
                places(task));
    }

    @Override
    public void interruptBegins(Task task) {
        TaskContext.of(task).rcuBelow[level(task)] = task.rcuNesting();
    }

    @Override
    public void interruptEnds(Task task) {
        TaskContext context = TaskContext.of(task);
        int level = level(task);
        List<HeldLock> held = context.locks;
        if (reportsLocks && !held.isEmpty() && held.getLast().level() == level) {
            ImmutableList<BugReport.Place> places = places(task);
            LockClass type = held.getLast().type();
            held.removeIf(one -> one.level() == level);
            report.report(
                    LEFT_BY_INTERRUPT,
                    "the " + interrupt(level) + " on top of " + task + " still holds " + type,
                    places);
        }
        if (reportsLocks && task.rcuNesting() != context.rcuBelow[level]) {
            tellSection(task, "when a " + interrupt(level) + " returns", context.rcuBelow[level]);
        }
    }

    private static String interrupt(int level) {
        return level == 2 ? "hardirq" : "softirq";
    }

    // ---- What makes a context atomic ---------------------------------------------------------

    @Override
    public void preemptionOff(Task task) {
        if (keepsStacks) {
            TaskContext.of(task).preemptionOff.push(new Throwable());
        }
    }

    @Override
    public void preemptionOn(Task task) {
        if (keepsStacks) {
            var _ = TaskContext.of(task).preemptionOff.poll();
        }
    }

    @Override
    public void bottomHalvesOff(Task task) {
        if (keepsStacks) {
            TaskContext.of(task).bottomHalvesOff = new Throwable();
        }
    }

    @Override
    public void irqsOff(Task task) {
        if (keepsStacks) {
            TaskContext.of(task).irqsOff = new Throwable();
        }
    }

    @Override
    public void rcuReadBegins(Task task) {
        if (keepsStacks) {
            TaskContext.of(task).readSection = new Throwable();
        }
    }

    /**
     * The locks that {@code task} holds and what else forbids it to sleep, and where that began.
     */
    public static ImmutableList<BugReport.Place> places(Task task) {
        ImmutableList.Builder<BugReport.Place> places = ImmutableList.builder();
        TaskContext context = TaskContext.of(task);
        for (HeldLock held : context.locks) {
            places.add(
                    new BugReport.Place(
                            "Lock held, " + held.type() + ", taken by " + task,
                            held.stack() == null
                                    ? List.of("no call trace kept")
                                    : StackTraces.of(held.stack())));
        }
        if (context.locks.isEmpty()) {
            int count = task.preemptCount();
            if (PreemptCount.preemptDepth(count) != 0) {
                add(places, "Preemption disabled at", context.preemptionOff.peekLast());
            }
            if (PreemptCount.inSoftirq(count)) {
                add(places, "Bottom halves disabled at", context.bottomHalvesOff);
            }
            if (task.irqsDisabled()) {
                add(places, "Interrupts disabled at", context.irqsOff);
            }
        }
        if (task.rcuNesting() != 0) {
            add(places, "RCU read section began at", context.readSection);
        }
        return places.build();
    }
}
