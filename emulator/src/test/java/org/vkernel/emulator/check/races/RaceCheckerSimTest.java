package org.vkernel.emulator.check.races;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.CallTraces;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.locking.PerCpu;
import org.vkernel.emulator.locking.RwLock;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.shared.SharedInt;
import org.vkernel.emulator.shared.SharedList;
import org.vkernel.emulator.shared.SharedRef;
import org.vkernel.emulator.time.HrTimer;
import org.vkernel.emulator.time.Timer;

/** What orders two accesses, and what does not, under many schedules. */
class RaceCheckerSimTest {
    private static final int SCHEDULES = 60;

    /** Two tasks over memory that they share. */
    private interface Two {
        void first();

        void second();
    }

    private interface Setup {
        Two make(VirtualKernel kernel);
    }

    /** In how many schedules a race was reported; no other rule may be broken. */
    private static int races(Setup setup) {
        return races(setup, Check.ALL);
    }

    private static int races(Setup setup, Set<Check> checks) {
        int found = 0;
        for (int seed = 0; seed < SCHEDULES; seed++) {
            List<BugReport> reports =
                    run(
                            KernelConfig.simulated(seed)
                                    .cpus(1 + seed % 3)
                                    .jitter(seed % 2 == 1)
                                    .checks(checks),
                            setup);
            for (BugReport report : reports) {
                assertEquals(RaceChecker.RULE, report.rule(), String.join("\n", report.lines()));
            }
            found += reports.isEmpty() ? 0 : 1;
        }
        return found;
    }

    private static List<BugReport> run(KernelConfig config, Setup setup) {
        VirtualKernel kernel = VirtualKernel.boot(config.keepGoing(true));
        Two two = kernel.call(() -> setup.make(kernel));
        kernel.spawn("first", process -> kernel.run(two::first));
        kernel.spawn("second", process -> kernel.run(two::second));
        kernel.runFor(Duration.ofSeconds(1));
        kernel.shutdown();
        return kernel.reports();
    }

    private static Two two(Runnable first, Runnable second) {
        return new Two() {
            @Override
            public void first() {
                first.run();
            }

            @Override
            public void second() {
                second.run();
            }
        };
    }

    private static Two alike(Runnable both) {
        return two(both, both);
    }

    private static void increment(SharedInt value) {
        value.set(value.get() + 1);
    }

    private static void assertOrdered(Setup setup) {
        assertEquals(0, races(setup));
    }

    private static void assertRaces(Setup setup) {
        int found = races(setup);
        assertTrue(found > SCHEDULES / 4, found + " of " + SCHEDULES);
    }

    /** A counter that two tasks count up as {@code guard} says. */
    private static Setup counter(Consumer<Runnable> guard) {
        return kernel -> {
            SharedInt value = new SharedInt(kernel.sched(), 0);
            return alike(() -> guard.accept(() -> increment(value)));
        };
    }

    @Test
    void unlockedCounter_races() {
        assertRaces(counter(Runnable::run));
    }

    @Test
    void unlockedCounter_checkOff_isSilent() {
        assertEquals(0, races(counter(Runnable::run), Check.NONE));
    }

    @Test
    void race_namesBothPlaces() {
        List<BugReport> reports =
                run(KernelConfig.simulated(3).callTraces(CallTraces.ALL), counter(Runnable::run));
        BugReport report = reports.getFirst();
        String text = String.join("\n", report.lines());
        assertTrue(
                report.stack().stream().anyMatch(f -> f.contains("RaceCheckerSimTest.increment")),
                text);
        assertTrue(
                report.others().getFirst().stack().stream()
                        .anyMatch(f -> f.contains("RaceCheckerSimTest.increment")),
                text);
        assertTrue(report.what().contains("first[2] on CPU"), text);
        assertTrue(report.what().contains("second[3] on CPU"), text);
    }

    @Test
    void locks_order() {
        assertOrdered(kernel -> {
            SpinLock lock = new SpinLock(kernel.sched(), "lock");
            SharedInt value = new SharedInt(kernel.sched(), 0);
            return alike(() -> {
                lock.lock();
                increment(value);
                lock.unlock();
            });
        });
        assertOrdered(kernel -> {
            Mutex lock = new Mutex(kernel.sched(), "lock");
            SharedInt value = new SharedInt(kernel.sched(), 0);
            return alike(() -> {
                lock.lock();
                increment(value);
                lock.unlock();
            });
        });
        assertOrdered(kernel -> {
            RwLock lock = new RwLock(kernel.sched(), "lock");
            SharedInt value = new SharedInt(kernel.sched(), 0);
            return two(
                    () -> {
                        lock.writeLock();
                        increment(value);
                        lock.writeUnlock();
                    },
                    () -> {
                        lock.readLock();
                        var _ = value.get();
                        lock.readUnlock();
                    });
        });
    }

    @Test
    void twoLocks_race() {
        assertRaces(kernel -> {
            SpinLock one = new SpinLock(kernel.sched(), "one");
            SpinLock other = new SpinLock(kernel.sched(), "other");
            SharedInt value = new SharedInt(kernel.sched(), 0);
            return two(
                    () -> {
                        boolean flags = one.lockIrqsave();
                        increment(value);
                        one.unlockIrqrestore(flags);
                    },
                    () -> {
                        boolean flags = other.lockIrqsave();
                        increment(value);
                        other.unlockIrqrestore(flags);
                    });
        });
    }

    @Test
    void readersThatWrite_race() {
        assertRaces(kernel -> {
            RwLock lock = new RwLock(kernel.sched(), "lock");
            SharedInt value = new SharedInt(kernel.sched(), 0);
            return alike(() -> {
                lock.readLock();
                increment(value);
                lock.readUnlock();
            });
        });
    }

    @Test
    void markedAccesses() {
        assertOrdered(kernel -> {
            SharedInt value = new SharedInt(kernel.sched(), 0);
            return two(() -> value.setOnce(1), value::getOnce);
        });
        assertRaces(kernel -> {
            SharedInt value = new SharedInt(kernel.sched(), 0);
            return two(() -> value.set(1), value::getOnce);
        });
        assertRaces(kernel -> {
            SharedInt value = new SharedInt(kernel.sched(), 0);
            return two(() -> value.setOnce(1), value::get);
        });
        assertOrdered(kernel -> {
            AtomicInt value = new AtomicInt(kernel.sched(), 0);
            return alike(value::incrementAndGet);
        });
    }

    @Test
    void publication_orders() {
        assertOrdered(kernel -> {
            SharedRef<SharedInt> pointer = new SharedRef<>(kernel.sched(), null);
            return two(
                    () -> {
                        SharedInt made = new SharedInt(kernel.sched(), 0);
                        made.set(1);
                        pointer.rcuAssign(made);
                    },
                    () -> {
                        SharedInt seen = pointer.rcuDereference();
                        assertEquals(1, seen == null ? 1 : seen.get());
                    });
        });
    }

    @Test
    void listWriters_mustExcludeEachOther() {
        assertRaces(kernel -> {
            SharedList<String> list = new SharedList<>(kernel.sched());
            return alike(() -> list.addLast("element"));
        });
        assertOrdered(kernel -> {
            SharedList<String> list = new SharedList<>(kernel.sched());
            return two(() -> list.addLast("element"), list::first);
        });
    }

    @Test
    void completion_orders_sleepingAloneDoesNot() {
        assertOrdered(kernel -> {
            SharedInt value = new SharedInt(kernel.sched(), 0);
            Completion done = new Completion(kernel.sched(), "done");
            return two(
                    () -> {
                        value.set(1);
                        done.complete();
                    },
                    () -> {
                        done.await();
                        increment(value);
                    });
        });
        assertRaces(kernel -> {
            SharedInt value = new SharedInt(kernel.sched(), 0);
            return two(
                    () -> value.set(1),
                    () -> {
                        kernel.timers().msleep(20); // long after, but nothing says so
                        increment(value);
                    });
        });
    }

    @Test
    void newTask_comesAfterItsMaker() {
        assertOrdered(kernel -> {
            SharedInt value = new SharedInt(kernel.sched(), 0);
            Completion done = new Completion(kernel.sched(), "done");
            return two(
                    () -> {
                        value.set(1);
                        var _ =
                                kernel.kthreads()
                                        .run(
                                                "child",
                                                self -> {
                                                    increment(value);
                                                    done.complete();
                                                    return 0;
                                                });
                        done.await();
                        increment(value);
                    },
                    () -> {});
        });
    }

    @Test
    void synchronizeRcu_comesAfterReaders() {
        Setup waits =
                kernel -> {
                    SharedRef<SharedInt> pointer =
                            new SharedRef<>(kernel.sched(), new SharedInt(kernel.sched(), 1));
                    return two(
                            () -> {
                                kernel.rcu().readLock();
                                SharedInt seen = pointer.rcuDereference();
                                if (seen != null) {
                                    var _ = seen.get();
                                }
                                kernel.rcu().readUnlock();
                            },
                            () -> {
                                SharedInt old = pointer.exchange(null);
                                kernel.rcu().synchronize();
                                if (old != null) {
                                    old.set(0);
                                }
                            });
                };
        assertOrdered(waits);
    }

    @Test
    void softirqs_needBottomHalvesOff() {
        assertOrdered(kernel -> withTimer(kernel, true));
        assertTrue(races(kernel -> withTimer(kernel, false)) > 0);
    }

    /** A timer counts on the CPU that armed it, and a task counts there while it is pending. */
    private static Two withTimer(VirtualKernel kernel, boolean off) {
        SharedInt value = new SharedInt(kernel.sched(), 0);
        Scheduler sched = kernel.sched();
        Timer timer = new Timer(kernel.timers(), "count", t -> increment(value));
        return two(
                () -> {
                    sched.preemptDisable(); // stays on this CPU
                    var _ = timer.mod(kernel.clock().jiffies());
                    for (int i = 0; i < 20; i++) {
                        if (off) {
                            sched.localBhDisable();
                        }
                        increment(value);
                        if (off) {
                            sched.localBhEnable();
                        }
                    }
                    sched.preemptEnable();
                },
                () -> {});
    }

    @Test
    void hardirqs_needInterruptsOff() {
        assertOrdered(kernel -> withHrTimer(kernel, true));
        assertTrue(races(kernel -> withHrTimer(kernel, false)) > 0);
    }

    private static Two withHrTimer(VirtualKernel kernel, boolean off) {
        SharedInt value = new SharedInt(kernel.sched(), 0);
        SpinLock lock = new SpinLock(kernel.sched(), "value");
        HrTimer timer =
                new HrTimer(
                        kernel.hrTimers(),
                        "count",
                        t -> {
                            if (off) {
                                lock.lock();
                            }
                            increment(value);
                            if (off) {
                                lock.unlock();
                            }
                            return false;
                        });
        return two(
                () -> {
                    timer.start(kernel.clock().ns());
                    for (int i = 0; i < 20; i++) {
                        if (off) {
                            boolean flags = lock.lockIrqsave();
                            increment(value);
                            lock.unlockIrqrestore(flags);
                        } else {
                            increment(value);
                        }
                    }
                },
                () -> {});
    }

    @Test
    void perCpuData_needsPreemptionOff() {
        assertOrdered(kernel -> {
            PerCpu<SharedInt> counts =
                    new PerCpu<>(kernel.sched(), cpu -> new SharedInt(kernel.sched(), 0));
            return alike(() -> {
                kernel.sched().preemptDisable();
                increment(counts.here());
                kernel.sched().preemptEnable();
            });
        });
    }
}
