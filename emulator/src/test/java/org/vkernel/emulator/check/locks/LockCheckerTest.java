package org.vkernel.emulator.check.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.CallTraces;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.locking.RwLock;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.sched.PreemptCount;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.sched.WatchedLock;
import org.vkernel.emulator.time.HrTimer;
import org.vkernel.emulator.time.Timer;

/** Which uses of locks contradict each other, though nobody waits. */
class LockCheckerTest {
    /** The reports on what init does. */
    private static List<BugReport> reports(Consumer<VirtualKernel> body) {
        VirtualKernel kernel =
                VirtualKernel.boot(
                        KernelConfig.simulated(1)
                                .keepGoing(true)
                                .checks(ImmutableSet.of(Check.LOCKS)));
        kernel.run(() -> body.accept(kernel));
        kernel.shutdown();
        return kernel.reports();
    }

    private static void assertRules(List<String> rules, Consumer<VirtualKernel> body) {
        assertEquals(rules, reports(body).stream().map(BugReport::rule).toList());
    }

    private static SpinLock spin(VirtualKernel kernel, String name) {
        return new SpinLock(kernel.sched(), name);
    }

    private static void take(SpinLock... locks) {
        for (SpinLock lock : locks) {
            lock.lock();
        }
        for (SpinLock lock : List.of(locks).reversed()) {
            lock.unlock();
        }
    }

    private static void inSoftirq(VirtualKernel kernel, Runnable body) {
        Timer timer = new Timer(kernel.timers(), "test", fired -> body.run());
        timer.mod(kernel.clock().jiffies());
        kernel.timers().msleep(20);
    }

    private static void inHardirq(VirtualKernel kernel, Runnable body) {
        HrTimer timer =
                new HrTimer(
                        kernel.hrTimers(),
                        "test",
                        fired -> {
                            body.run();
                            return false;
                        });
        timer.start(kernel.clock().ns() + 1_000_000);
        kernel.timers().msleep(20);
    }

    /** The report on a sleep in there. */
    private static BugReport sleep(Consumer<VirtualKernel> disable) {
        VirtualKernel kernel =
                VirtualKernel.boot(
                        KernelConfig.simulated(1)
                                .keepGoing(true)
                                .callTraces(CallTraces.ALL)
                                .checks(ImmutableSet.of(Check.SLEEP)));
        kernel.run(() -> {
            disable.accept(kernel);
            kernel.sched().mightSleep();
            kernel.sched().preemptEnable();
        });
        kernel.shutdown();
        return kernel.reports().getFirst();
    }

    // ---- Order -------------------------------------------------------------------------------

    @Test
    void threeLocks_inACircle_areReportedWithTheWholeChain() {
        List<BugReport> reports =
                reports(kernel -> {
                    SpinLock a = spin(kernel, "a");
                    SpinLock b = spin(kernel, "b");
                    SpinLock c = spin(kernel, "c");
                    take(a, b);
                    take(b, c);
                    take(a, c);
                    take(c, a);
                });
        assertEquals(1, reports.size());
        assertEquals(LockChecker.ORDER, reports.getFirst().rule());
        assertTrue(
                reports.getFirst()
                        .what()
                        .endsWith("takes a and holds c; the order so far was a -> c"));
    }

    @Test
    void locksOfOneClass_countAsOne() {
        assertRules(
                List.of(LockChecker.ORDER),
                kernel -> {
                    SpinLock a = spin(kernel, "a");
                    take(a, spin(kernel, "b"));
                    take(spin(kernel, "b"), a);
                });
    }

    /** Else each process and each work would have a class of its own, and none an order. */
    @Test
    void locksOfWaitQueues_countByTheirClass_notByWhatIsWaitedFor() {
        assertRules(
                List.of(LockChecker.ORDER),
                kernel -> {
                    SpinLock a = spin(kernel, "a");
                    WaitQueue one = new WaitQueue(kernel.sched(), "the end of 1", "end");
                    WaitQueue two = new WaitQueue(kernel.sched(), "the end of 2", "end");
                    var _ = one.waitExclusiveLocked(() -> passed(a), TaskState.UNINTERRUPTIBLE);
                    a.lock();
                    two.wakeUp();
                    a.unlock();
                });
    }

    private static boolean passed(SpinLock lock) {
        take(lock);
        return true;
    }

    @Test
    void trylock_isAfterNothing_butBeforeWhatFollows() {
        assertRules(
                List.of(),
                kernel -> {
                    SpinLock a = spin(kernel, "a");
                    SpinLock b = spin(kernel, "b");
                    a.lock();
                    assertTrue(b.tryLock());
                    b.unlock();
                    a.unlock();
                    take(b, a);
                });
        assertRules(
                List.of(LockChecker.ORDER, LockChecker.ORDER),
                kernel -> {
                    SpinLock a = spin(kernel, "a");
                    SpinLock b = spin(kernel, "b");
                    SpinLock c = spin(kernel, "c");
                    a.lock();
                    assertTrue(b.tryLock());
                    take(c);
                    b.unlock();
                    a.unlock();
                    take(c, b);
                    take(c, a); // a was held before the one that was tried
                });
    }

    @Test
    void mutexes_areClassesToo() {
        assertRules(
                List.of(LockChecker.ORDER),
                kernel -> {
                    Mutex a = new Mutex(kernel.sched(), "a");
                    SpinLock b = spin(kernel, "b");
                    a.lock();
                    take(b);
                    a.unlock();
                    b.lock();
                    a.lock();
                    a.unlock();
                    b.unlock();
                });
    }

    // ---- One class twice ---------------------------------------------------------------------

    @Test
    void twoOfOneClass_needALevel() {
        assertRules(
                List.of(LockChecker.RECURSION),
                kernel -> take(spin(kernel, "dir"), spin(kernel, "dir")));
        assertRules(
                List.of(),
                kernel -> {
                    SpinLock parent = spin(kernel, "dir");
                    SpinLock child = spin(kernel, "dir");
                    for (int i = 0; i < 2; i++) {
                        parent.lock();
                        child.lockNested(1);
                        child.unlock();
                        parent.unlock();
                    }
                });
    }

    @Test
    void levels_inTheWrongOrder_areReported() {
        List<BugReport> reports =
                reports(kernel -> {
                    SpinLock parent = spin(kernel, "dir");
                    SpinLock child = spin(kernel, "dir");
                    parent.lock();
                    child.lockNested(1);
                    child.unlock();
                    parent.unlock();
                    child.lockNested(1);
                    take(parent);
                    child.unlock();
                });
        assertEquals(1, reports.size());
        assertTrue(reports.getFirst().what().endsWith("the order so far was dir -> dir/1"));
    }

    @Test
    void reader_takesItAgain_inAnInterruptOnly() {
        assertRules(
                List.of(LockChecker.RECURSION),
                kernel -> {
                    RwLock lock = new RwLock(kernel.sched(), "table");
                    readTwice(lock);
                });
        assertRules(
                List.of(),
                kernel -> {
                    RwLock lock = new RwLock(kernel.sched(), "table");
                    inSoftirq(kernel, () -> readTwice(lock));
                });
    }

    private static void readTwice(RwLock lock) {
        lock.readLock();
        lock.readLock();
        lock.readUnlock();
        lock.readUnlock();
    }

    /** A reader in an interrupt passes the writers that wait, and so waits for no reader. */
    @Test
    void circleOfReaders_inInterrupts_isNone() {
        assertRules(List.of(), kernel -> circle(kernel, false));
        assertRules(List.of(LockChecker.ORDER), kernel -> circle(kernel, true));
    }

    private static void circle(VirtualKernel kernel, boolean writes) {
        RwLock table = new RwLock(kernel.sched(), "table");
        SpinLock entry = spin(kernel, "entry");
        inSoftirq(
                kernel,
                () -> {
                    if (writes) {
                        table.writeLock();
                        take(entry);
                        table.writeUnlock();
                    } else {
                        table.readLock();
                        take(entry);
                        table.readUnlock();
                    }
                    entry.lock();
                    table.readLock();
                    table.readUnlock();
                    entry.unlock();
                });
    }

    // ---- Interrupts --------------------------------------------------------------------------

    @Test
    void usage_onlyOneWriteCounts() {
        assertRules(
                List.of(LockChecker.CONTEXT),
                kernel -> {
                    RwLock lock = new RwLock(kernel.sched(), "table");
                    inSoftirq(
                            kernel,
                            () -> {
                                lock.readLock();
                                lock.readUnlock();
                            });
                    lock.readLock();
                    lock.readUnlock();
                    lock.writeLock();
                    lock.writeUnlock();
                });
    }

    @Test
    void softirqSafeBeforeUnsafe_isReportedInWhateverOrderItComes() {
        assertRules(
                List.of(LockChecker.SOFTIRQ_ORDER),
                kernel -> softirqOrder(kernel, "irq,task,both"));
        assertRules(
                List.of(LockChecker.SOFTIRQ_ORDER),
                kernel -> softirqOrder(kernel, "both,task,irq"));
        assertRules(
                List.of(LockChecker.SOFTIRQ_ORDER),
                kernel -> softirqOrder(kernel, "irq,both,task"));
        assertRules(List.of(), kernel -> softirqOrder(kernel, "irq,both"));
        assertRules(List.of(), kernel -> softirqOrder(kernel, "task,both"));
    }

    private static void softirqOrder(VirtualKernel kernel, String steps) {
        SpinLock safe = spin(kernel, "safe");
        SpinLock between = spin(kernel, "between");
        SpinLock unsafe = spin(kernel, "unsafe");
        for (String step : steps.split(",", -1)) {
            switch (step) {
                case "irq" -> inSoftirq(kernel, () -> take(safe));
                case "task" -> take(unsafe);
                default -> {
                    safe.lockBh();
                    take(between, unsafe);
                    safe.unlockBh();
                }
            }
        }
    }

    @Test
    void hardirqSafeBeforeUnsafe_isReportedWithItsChain() {
        List<BugReport> reports =
                reports(kernel -> {
                    SpinLock safe = spin(kernel, "safe");
                    SpinLock unsafe = spin(kernel, "unsafe");
                    inHardirq(kernel, () -> take(safe));
                    unsafe.lockBh();
                    unsafe.unlockBh();
                    boolean flags = safe.lockIrqsave();
                    take(unsafe);
                    safe.unlockIrqrestore(flags);
                });
        assertEquals(1, reports.size());
        assertEquals(LockChecker.HARDIRQ_ORDER, reports.getFirst().rule());
        assertTrue(reports.getFirst().what().endsWith("their order is safe -> unsafe"));
    }

    // ---- What is left ------------------------------------------------------------------------

    @Test
    void systemCall_leavesALockOrASectionBehind_isReported() {
        VirtualKernel kernel =
                VirtualKernel.boot(
                        KernelConfig.simulated(1)
                                .keepGoing(true)
                                .checks(ImmutableSet.of(Check.LOCKS)));
        Mutex lock = kernel.call(() -> new Mutex(kernel.sched(), "state"));
        kernel.join(
                kernel.spawn(
                        "user",
                        process -> {
                            kernel.run(lock::lock);
                            kernel.run(lock::unlock);
                            kernel.run(() -> kernel.rcu().readLock());
                            kernel.run(() -> kernel.sched().relax());
                            kernel.run(() -> kernel.rcu().readUnlock());
                        }));
        kernel.shutdown();
        assertEquals(
                List.of(
                        LockChecker.LEFT,
                        LockChecker.READ_SECTION_LEFT,
                        "return to user code in atomic context"),
                kernel.reports().stream().map(BugReport::rule).distinct().toList());
    }

    @Test
    void interrupt_leavesAReadSectionBehind_isReported() {
        assertRules(
                List.of(LockChecker.READ_SECTION_LEFT),
                kernel -> inHardirq(kernel, () -> kernel.rcu().readLock()));
    }

    // ---- What makes a context atomic ---------------------------------------------------------

    /** A section that has ended is no reason. */
    @Test
    void preemptionOff_isSaidToBegin_whereTheOutermostSectionDoes() {
        BugReport report =
                sleep(kernel -> {
                    disableOuter(kernel.sched());
                    disableInner(kernel.sched());
                    kernel.sched().preemptEnable();
                });
        BugReport.Place place = report.others().getFirst();
        assertEquals("Preemption disabled at", place.title());
        assertTrue(place.stack().toString().contains("disableOuter"), place::toString);
        assertFalse(place.stack().toString().contains("disableInner"), place::toString);
    }

    private static void disableOuter(Scheduler sched) {
        sched.preemptDisable();
    }

    private static void disableInner(Scheduler sched) {
        sched.preemptDisable();
    }

    /** The checker is told by hand here: no schedule has an interrupt just there. */
    @Test
    void lockThatAnInterruptDelays_isNoTrylock() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1).checks(Check.NONE));
        List<String> told = new ArrayList<>();
        kernel.run(() -> {
            Task task = kernel.sched().current();
            LockChecker checker =
                    new LockChecker(true, false, (rule, what, others) -> told.add(what));
            SpinLock a = spin(kernel, "a");
            SpinLock b = spin(kernel, "b");
            SpinLock c = spin(kernel, "c");
            hold(checker, task, a);
            checker.wants(task, b, WatchedLock.SPIN);
            task.preemptCountAdd(PreemptCount.SOFTIRQ_OFFSET);
            checker.interruptBegins(task);
            SpinLock other = spin(kernel, "other");
            hold(checker, task, other);
            checker.released(task, other, WatchedLock.SPIN);
            checker.interruptEnds(task);
            task.preemptCountSub(PreemptCount.SOFTIRQ_OFFSET);
            checker.acquired(task, b, WatchedLock.SPIN);
            hold(checker, task, c);
            List.of(a, b, c).forEach(lock -> checker.released(task, lock, WatchedLock.SPIN));
            hold(checker, task, c);
            hold(checker, task, a);
        });
        kernel.shutdown();
        assertEquals(1, told.size(), told::toString);
        assertTrue(told.getFirst().endsWith("the order so far was a -> b -> c"), told::toString);
    }

    private static void hold(LockChecker checker, Task task, SpinLock lock) {
        checker.wants(task, lock, WatchedLock.SPIN);
        checker.acquired(task, lock, WatchedLock.SPIN);
    }
}
