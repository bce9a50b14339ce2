package org.vkernel.emulator.check.locks;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    private static final String[] USES = {
        "in hardirq context", "in softirq context", "with interrupts on", "with softirqs on"
    };

    private final boolean reportsLocks;
    private final boolean keepsStacks;
    private final Reporter report;
    private final Map<String, LockClass> byName = new HashMap<>();
    private final List<LockClass> classes = new ArrayList<>();

    /** Who added each order of two classes first, and where; by both numbers. */
    private final Map<Long, Order> orders = new HashMap<>();

    private record Order(String by, @Nullable Throwable held, @Nullable Throwable taken) {}

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
        int known = lock.lockClass();
        if (known >= 0) {
            return classes.get(known);
        }
        LockClass found =
                byName.computeIfAbsent(
                        lock.lockName(),
                        name -> {
                            boolean sleeps = mode == WatchedLock.MUTEX;
                            LockClass made = new LockClass(classes.size(), name, sleeps);
                            classes.add(made);
                            return made;
                        });
        lock.setLockClass(found.number);
        return found;
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
        List<HeldLock> held = TaskContext.of(task).locks;
        for (int i = held.size() - 1; i >= 0; i--) {
            HeldLock below = held.get(i);
            if (below.level() != level) {
                break; // an interrupt waits for nothing that it interrupted
            }
            if (below.type() != type) {
                if (!below.type().after.get(type.number)) {
                    addOrder(task, below, type);
                }
                break; // what was held before that is ordered before it already
            }
        }
    }

    private void addOrder(Task task, HeldLock below, LockClass type) {
        LockClass first = below.type();
        List<LockClass> back = path(type, first);
        first.after.set(type.number);
        type.before.set(first.number);
        orders.put(
                key(first, type),
                new Order(task.toString(), below.stack(), keepsStacks ? new Throwable() : null));
        if (!back.isEmpty()) {
            tellOrder(task, below, type, back);
        }
    }

    private static long key(LockClass first, LockClass second) {
        return (long) first.number << Integer.SIZE | second.number;
    }

    /** The shortest way by which {@code to} was taken under {@code from}; empty: there is none. */
    private List<LockClass> path(LockClass from, LockClass to) {
        int[] came = new int[classes.size()];
        BitSet seen = new BitSet();
        ArrayDeque<LockClass> queue = new ArrayDeque<>();
        queue.add(from);
        seen.set(from.number);
        for (LockClass at = queue.poll(); at != null; at = queue.poll()) {
            if (at == to) {
                ArrayList<LockClass> way = new ArrayList<>();
                for (LockClass step = to; step != from; step = classes.get(came[step.number])) {
                    way.addFirst(step);
                }
                way.addFirst(from);
                return way;
            }
            for (int i = at.after.nextSetBit(0); i >= 0; i = at.after.nextSetBit(i + 1)) {
                if (!seen.get(i)) {
                    seen.set(i);
                    came[i] = at.number;
                    queue.add(classes.get(i));
                }
            }
        }
        return List.of();
    }

    private void tellOrder(Task task, HeldLock below, LockClass type, List<LockClass> back) {
        ImmutableList.Builder<BugReport.Place> places = ImmutableList.builder();
        add(places, "Lock held, " + below.type() + ", taken by " + task, below.stack());
        StringBuilder chain = new StringBuilder(type.name);
        for (int i = 1; i < back.size(); i++) {
            LockClass first = back.get(i - 1);
            LockClass second = back.get(i);
            chain.append(" -> ").append(second);
            Order order = orders.get(key(first, second));
            if (order != null) {
                add(places, first + ", taken by " + order.by, order.held);
                add(places, second + " under " + first + ", taken by " + order.by, order.taken);
            }
        }
        report.report(
                ORDER,
                task
                        + " takes "
                        + type
                        + " and holds "
                        + below.type()
                        + "; the order so far was "
                        + chain,
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
    }

    private static String use(int index) {
        return USES[index % LockClass.READ_SHIFT];
    }

    // ---- Holding -----------------------------------------------------------------------------

    @Override
    public void acquired(Task task, WatchedLock lock, int mode) {
        TaskContext.of(task)
                .locks
                .add(
                        new HeldLock(
                                lock,
                                classOf(lock, mode),
                                mode,
                                level(task),
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
        List<HeldLock> held = TaskContext.of(task).locks;
        if (reportsLocks && !held.isEmpty()) {
            HeldLock first = held.getFirst();
            ImmutableList<BugReport.Place> places = places(task);
            held.clear();
            report.report(LEFT, task + " still holds " + first.type(), places);
        }
    }

    // ---- What makes a context atomic ---------------------------------------------------------

    @Override
    public void preemptionOff(Task task) {
        if (keepsStacks) {
            TaskContext.of(task).preemptionOff = new Throwable();
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
            if ((count & 0xff) != 0) {
                add(places, "Preemption disabled at", context.preemptionOff);
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
