package org.vkernel.emulator.locking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.explore.RandomWalk;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;
import org.vkernel.emulator.shared.SharedInt;

/** Locks that are switched off: they exclude nobody, and no checker takes them for held. */
class LockOffSimTest {
    private static final String NAME = "l";
    private static final int SEEDS = 60;
    private static final int TURNS = 10;
    private static final String RACE = "data race";

    /** Makes a lock of one kind; gives how to take it and how to give it back. */
    private interface Kind {
        Section make(Scheduler sched);
    }

    private record Section(Runnable begin, Runnable end) {}

    private static final List<Kind> EXCLUSIVE =
            List.of(
                    sched -> {
                        SpinLock lock = new SpinLock(sched, NAME);
                        return new Section(lock::lock, lock::unlock);
                    },
                    sched -> {
                        SpinLock lock = new SpinLock(sched, NAME);
                        return new Section(lock::lockBh, lock::unlockBh);
                    },
                    sched -> {
                        SpinLock lock = new SpinLock(sched, NAME);
                        return new Section(() -> tryUntil(sched, lock), lock::unlock);
                    },
                    sched -> {
                        RwLock lock = new RwLock(sched, NAME);
                        return new Section(lock::writeLock, lock::writeUnlock);
                    },
                    sched -> {
                        Mutex lock = new Mutex(sched, NAME);
                        return new Section(lock::lock, lock::unlock);
                    });

    private static void tryUntil(Scheduler sched, SpinLock lock) {
        while (!lock.tryLock()) {
            sched.relax();
        }
    }

    private static KernelConfig config(long seed, boolean off) {
        KernelConfig config = KernelConfig.simulated(seed);
        return off ? config.lockOff(NAME) : config;
    }

    /** Three tasks count under the lock; the rules that were broken under some schedule. */
    private static Set<String> rules(Kind kind, boolean off) {
        Set<String> rules = new TreeSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            VirtualKernel kernel = VirtualKernel.boot(config(seed, off));
            Section section = kernel.call(() -> kind.make(kernel.sched()));
            SharedInt count = kernel.call(() -> new SharedInt(kernel.sched(), 0));
            try {
                for (int i = 0; i < 3; i++) {
                    kernel.spawn("counter", self -> kernel.run(() -> countOne(section, count)));
                }
            } catch (KernelFailedException failed) {
                assertFalse(failed.reports().isEmpty());
            }
            kernel.shutdown();
            assertEquals(off, kernel.hasLockOff());
            kernel.reports().stream().map(BugReport::rule).forEach(rules::add);
        }
        return rules;
    }

    private static void countOne(Section section, SharedInt count) {
        section.begin().run();
        count.set(count.get() + 1);
        section.end().run();
    }

    @Test
    void lockOff_ordersNothing_andIsHeldByNobody() {
        for (Kind kind : EXCLUSIVE) {
            assertEquals(Set.of(), rules(kind, false));
            assertEquals(Set.of(RACE), rules(kind, true));
        }
    }

    @Test
    void readLockOff_doesNotKeepAWriterOut() {
        for (boolean off : new boolean[] {false, true}) {
            int changes = 0;
            for (long seed = 0; seed < SEEDS; seed++) {
                changes += changesSeen(config(seed, off).cpus(3).checks(Set.of()));
            }
            assertEquals(off, changes != 0, changes + " changes, off: " + off);
        }
    }

    /** How often a reader sees a value change that it has locked. */
    private static int changesSeen(KernelConfig config) {
        VirtualKernel kernel = VirtualKernel.boot(config);
        RwLock lock = kernel.call(() -> new RwLock(kernel.sched(), NAME));
        SharedInt value = kernel.call(() -> new SharedInt(kernel.sched(), 0));
        int[] changes = {0};
        Runnable write =
                () -> {
                    for (int i = 0; i < TURNS; i++) {
                        lock.writeLock();
                        value.set(value.get() + 1);
                        lock.writeUnlock();
                    }
                };
        Runnable read =
                () -> {
                    for (int i = 0; i < TURNS; i++) {
                        lock.readLock();
                        int first = value.get();
                        changes[0] += value.get() == first ? 0 : 1;
                        lock.readUnlock();
                    }
                };
        kernel.spawn("writer", self -> kernel.run(write));
        kernel.spawn("reader", self -> kernel.run(read));
        kernel.processes().forEach(kernel::join);
        kernel.shutdown();
        return changes[0];
    }

    @Test
    void localLockOff_isReportedWhereDataOfACpuIsUsed() {
        for (boolean off : new boolean[] {false, true}) {
            VirtualKernel kernel = VirtualKernel.boot(config(1, off).keepGoing(true));
            kernel.run(() -> {
                LocalLock lock = LocalLock.of(kernel.sched(), NAME);
                PerCpu<Object> objects = new PerCpu<>(kernel.sched(), cpu -> new Object());
                lock.lock();
                var _ = objects.here();
                lock.unlock();
            });
            kernel.shutdown();
            assertEquals(
                    off ? List.of("using smp_processor_id() in preemptible code") : List.of(),
                    kernel.reports().stream().map(BugReport::rule).toList());
        }
    }

    @Test
    void readSectionsOff_areReportedWhereTheyAreNeeded() {
        for (boolean off : new boolean[] {false, true}) {
            KernelConfig config = KernelConfig.simulated(1).keepGoing(true);
            VirtualKernel kernel =
                    VirtualKernel.boot(off ? config.lockOff("rcu_read_lock") : config);
            kernel.run(() -> {
                kernel.rcu().readLock();
                kernel.rcu().readLock();
                kernel.rcu().checkReading("f()");
                kernel.rcu().readUnlock();
                kernel.rcu().readUnlock();
                kernel.rcu().synchronize();
            });
            kernel.shutdown();
            assertEquals(
                    off ? List.of("suspicious RCU usage") : List.of(),
                    kernel.reports().stream().map(BugReport::rule).toList());
        }
    }

    /** The points stay: where nobody waits for a lock, the run is the same with and without. */
    @Test
    void lockOff_leavesARunAsItIs_ifNobodyWaits() {
        for (Kind kind : EXCLUSIVE) {
            assertEquals(points(kind, false), points(kind, true));
        }
    }

    private static long points(Kind kind, boolean off) {
        KernelConfig config = config(1, off).cpus(1).strategy(RandomWalk::new);
        VirtualKernel kernel = VirtualKernel.boot(config);
        long[] points = {0};
        SimMachine sim = Objects.requireNonNull(kernel.sched().sim());
        sim.addObserver((task, access, object) -> points[0]++);
        kernel.run(() -> {
            Section section = kind.make(kernel.sched());
            for (int i = 0; i < 5; i++) {
                section.begin().run();
                section.end().run();
            }
        });
        kernel.shutdown();
        assertTrue(points[0] > 10, "points: " + points[0]);
        return points[0];
    }

    @Test
    void lockOfAnotherName_isThere() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1).lockOff("m"))) {
            kernel.run(() -> {
                SpinLock lock = new SpinLock(kernel.sched(), NAME);
                lock.lock();
                assertTrue(lock.isHeld());
                lock.unlock();
            });
            assertFalse(kernel.hasLockOff());
        }
    }

    @Test
    void parallelMachine_hasAllItsLocks() {
        KernelConfig config = KernelConfig.parallel().lockOff(NAME);
        assertThrows(IllegalArgumentException.class, () -> VirtualKernel.boot(config));
    }
}
