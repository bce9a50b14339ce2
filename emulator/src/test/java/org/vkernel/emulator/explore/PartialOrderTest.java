package org.vkernel.emulator.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vkernel.emulator.explore.PinnedTasks.Found;
import org.vkernel.emulator.explore.PinnedTasks.Made;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.locking.RwLock;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.shared.SharedInt;

/** Programs of the literature on partial-order reduction, searched with it and without. */
class PartialOrderTest {
    /** An interrupt line that nothing else uses. */
    private static final int LINE = 5;

    private static SharedInt[] ints(Scheduler sched, int count) {
        SharedInt[] made = new SharedInt[count];
        for (int i = 0; i < count; i++) {
            made[i] = new SharedInt(sched, 0);
        }
        return made;
    }

    private static String values(SharedInt... ints) {
        StringBuilder text = new StringBuilder();
        for (SharedInt value : ints) {
            text.append(value.peek()).append(' ');
        }
        return text.toString();
    }

    /** One writer, n readers of one variable. */
    private static Made readers(Scheduler sched, int n) {
        SharedInt x = new SharedInt(sched, 0);
        int[] seen = new int[n];
        List<Runnable> tasks = new ArrayList<>();
        tasks.add(() -> x.set(1));
        for (int i = 0; i < n; i++) {
            int reader = i;
            tasks.add(() -> seen[reader] = x.get());
        }
        return new Made(tasks, none -> Arrays.toString(seen));
    }

    private static Made increments(Scheduler sched, int tasks) {
        SharedInt x = new SharedInt(sched, 0);
        List<Runnable> all = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            all.add(() -> x.set(x.get() + 1));
        }
        return new Made(all, none -> values(x));
    }

    private static Made lockedIncrements(Scheduler sched, int tasks) {
        SharedInt x = new SharedInt(sched, 0);
        SpinLock lock = new SpinLock(sched, "x");
        List<Runnable> all = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            all.add(() -> {
                lock.lock();
                x.set(x.get() + 1);
                lock.unlock();
            });
        }
        return new Made(all, none -> values(x));
    }

    private static Made storeBuffering(Scheduler sched) {
        SharedInt[] x = ints(sched, 2);
        int[] seen = new int[2];
        return new Made(
                List.of(
                        () -> {
                            x[0].set(1);
                            seen[0] = x[1].get();
                        },
                        () -> {
                            x[1].set(1);
                            seen[1] = x[0].get();
                        }),
                none -> seen[0] + " " + seen[1]);
    }

    private static Made twoLocks(Scheduler sched) {
        SpinLock a = new SpinLock(sched, "a");
        SpinLock b = new SpinLock(sched, "b");
        return new Made(
                List.of(
                        () -> {
                            a.lock();
                            b.lock();
                            b.unlock();
                            a.unlock();
                        },
                        () -> {
                            b.lock();
                            a.lock();
                            a.unlock();
                            b.unlock();
                        }),
                none -> "done");
    }

    /** Flanagan and Godefroid 2005: tasks that insert into a table by compare-and-set. */
    private static Made indexer(Scheduler sched, int tasks, int size) {
        AtomicInt[] table = new AtomicInt[size];
        for (int i = 0; i < size; i++) {
            table[i] = new AtomicInt(sched, 0);
        }
        List<Runnable> all = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            int own = i + 1;
            all.add(() -> {
                int hash = own * 7 % size;
                while (!table[hash].compareAndSet(0, own)) {
                    hash = (hash + 1) % size;
                }
            });
        }
        return new Made(all, none -> Stream.of(table).map(AtomicInt::peek).toList().toString());
    }

    /** Flanagan and Godefroid 2005: inodes and blocks, each with a lock of its own. */
    private static Made fileSystem(Scheduler sched, int tasks, int inodes, int blocks) {
        SpinLock[] inodeLocks = new SpinLock[inodes];
        SpinLock[] blockLocks = new SpinLock[blocks];
        SharedInt[] inode = ints(sched, inodes);
        SharedInt[] busy = ints(sched, blocks);
        for (int i = 0; i < inodes; i++) {
            inodeLocks[i] = new SpinLock(sched, "inode");
        }
        for (int i = 0; i < blocks; i++) {
            blockLocks[i] = new SpinLock(sched, "block");
        }
        List<Runnable> all = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            int i = task % inodes;
            all.add(() -> {
                inodeLocks[i].lock();
                if (inode[i].get() == 0) {
                    for (int b = i * 2 % blocks, tried = 0; tried < blocks; tried++) {
                        blockLocks[b].lock();
                        boolean isFree = busy[b].get() == 0;
                        if (isFree) {
                            busy[b].set(1);
                            inode[i].set(b + 1);
                        }
                        blockLocks[b].unlock();
                        if (isFree) {
                            break;
                        }
                        b = (b + 1) % blocks;
                    }
                }
                inodeLocks[i].unlock();
            });
        }
        return new Made(all, none -> values(inode));
    }

    /** Abdulla et al. 2014: the last zero of an array whose elements others raise. */
    private static Made lastZero(Scheduler sched, int n) {
        SharedInt[] array = ints(sched, n + 1);
        int[] found = new int[1];
        List<Runnable> tasks = new ArrayList<>();
        tasks.add(() -> {
            int i = n;
            while (array[i].get() != 0) {
                i--;
            }
            found[0] = i;
        });
        for (int j = 1; j <= n; j++) {
            int own = j;
            tasks.add(() -> array[own].set(array[own - 1].get() + 1));
        }
        return new Made(tasks, none -> found[0] + ": " + values(array));
    }

    private static Made messagePassing(Scheduler sched) {
        SharedInt[] x = ints(sched, 2);
        int[] seen = new int[2];
        return new Made(
                List.of(
                        () -> {
                            x[0].set(1);
                            x[1].set(1);
                        },
                        () -> {
                            seen[0] = x[1].get();
                            seen[1] = x[0].get();
                        }),
                none -> seen[0] + " " + seen[1]);
    }

    /** Peterson 1981, where who may not enter gives up. */
    private static Made peterson(Scheduler sched) {
        SharedInt[] flag = ints(sched, 2);
        SharedInt turn = new SharedInt(sched, 0);
        SharedInt inside = new SharedInt(sched, 0);
        List<String> entered = new ArrayList<>();
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int self = i;
            tasks.add(() -> {
                flag[self].set(1);
                turn.set(1 - self);
                if (flag[1 - self].get() == 0 || turn.get() == self) {
                    inside.set(inside.get() + 1);
                    entered.add("t" + self);
                    flag[self].set(0);
                }
            });
        }
        return new Made(
                tasks,
                sorted -> {
                    sorted.addAll(entered);
                    return sorted + " " + inside.peek();
                });
    }

    private static Made independentLocks(Scheduler sched) {
        SpinLock[] locks = {new SpinLock(sched, "a"), new SpinLock(sched, "b")};
        SharedInt[] x = ints(sched, 2);
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int own = i;
            tasks.add(() -> {
                locks[own].lock();
                x[own].set(x[own].get() + 1);
                locks[own].unlock();
            });
        }
        return new Made(tasks, none -> values(x));
    }

    /** A compare-and-set that succeeds though the value has changed, and changed back. */
    private static Made aba(Scheduler sched) {
        AtomicInt top = new AtomicInt(sched, 1);
        List<String> seen = new ArrayList<>();
        return new Made(
                List.of(
                        () -> {
                            int before = top.get();
                            seen.add("swapped " + top.compareAndSet(before, 9));
                        },
                        () -> {
                            seen.add("popped " + top.compareAndSet(1, 2));
                            seen.add("pushed " + top.compareAndSet(2, 1));
                        }),
                sorted -> {
                    sorted.addAll(seen);
                    return sorted + " " + top.peek();
                });
    }

    /** Dijkstra's producer and consumer, over one place and a condition variable. */
    private static Made producerConsumer(Scheduler sched) {
        AtomicInt full = new AtomicInt(sched, 0);
        WaitQueue changed = new WaitQueue(sched, "a message");
        int[] got = new int[1];
        return new Made(
                List.of(
                        () -> {
                            full.set(1);
                            changed.wakeUp();
                        },
                        () -> {
                            changed.waitEvent(() -> full.get() == 1);
                            got[0] = full.get();
                        }),
                none -> "got " + got[0]);
    }

    /** Looks before it goes to sleep: who comes in between wakes nobody. */
    private static Made lostWakeUp(Scheduler sched) {
        SharedInt ready = new SharedInt(sched, 0);
        Task[] sleeper = new Task[1];
        return new Made(
                List.of(
                        () -> {
                            sleeper[0] = sched.current();
                            if (ready.get() == 0) {
                                sched.relax();
                                sleeper[0].setState(TaskState.UNINTERRUPTIBLE);
                                sched.schedule();
                            }
                        },
                        () -> {
                            ready.set(1);
                            Task other = sleeper[0];
                            if (other != null) {
                                var _ = sched.wakeUp(other, TaskState.NORMAL);
                            }
                        }),
                none -> "done");
    }

    /** An interrupt that comes upon a read and a write. */
    private static Made interrupt(Scheduler sched) {
        SharedInt x = new SharedInt(sched, 0);
        SharedInt other = new SharedInt(sched, 0);
        sched.requestIrq(LINE, cpu -> x.set(x.get() + 10));
        return new Made(
                List.of(
                        () -> {
                            x.set(x.get() + 1);
                            other.set(1);
                        },
                        () -> sched.raiseIrq(sched.cpu(1), LINE)),
                none -> values(x));
    }

    /** The same by another CPU's task, that tries for a lock and does something else instead. */
    private static Made tryLock(Scheduler sched) {
        SpinLock lock = new SpinLock(sched, "x");
        SharedInt[] x = ints(sched, 2);
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            tasks.add(() -> {
                int which = lock.tryLock() ? 0 : 1;
                x[which].set(x[which].get() + 1);
                if (which == 0) {
                    lock.unlock();
                }
            });
        }
        return new Made(tasks, none -> values(x));
    }

    private static Made mutex(Scheduler sched) {
        Mutex mutex = new Mutex(sched, "m");
        SharedInt x = new SharedInt(sched, 0);
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            tasks.add(() -> {
                mutex.lock();
                x.set(x.get() + 1);
                mutex.unlock();
            });
        }
        return new Made(tasks, none -> values(x));
    }

    /** One rwlock over a pair: readers must see both halves alike. */
    private static Made sharedPair(Scheduler sched, int readers, int writers) {
        RwLock lock = new RwLock(sched, "pair");
        SharedInt[] pair = ints(sched, 2);
        int[] seen = new int[readers];
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            tasks.add(() -> {
                lock.writeLock();
                pair[0].set(pair[0].get() + 1);
                pair[1].set(pair[1].get() + 1);
                lock.writeUnlock();
            });
        }
        for (int i = 0; i < readers; i++) {
            int reader = i;
            tasks.add(() -> {
                lock.readLock();
                seen[reader] = 10 * pair[0].get() + pair[1].get();
                lock.readUnlock();
            });
        }
        return new Made(tasks, none -> Arrays.toString(seen) + " " + values(pair));
    }

    /** Courtois, Heymans and Parnas 1971: the first reader locks the writers out, the last in. */
    private static Made readersAndWriter(Scheduler sched) {
        SpinLock count = new SpinLock(sched, "count");
        SharedInt readers = new SharedInt(sched, 0);
        AtomicInt room = new AtomicInt(sched, 1);
        SharedInt value = new SharedInt(sched, 0);
        int[] seen = new int[2];
        List<Runnable> tasks = new ArrayList<>();
        tasks.add(() -> {
            if (room.compareAndSet(1, 0)) {
                value.set(1);
                room.set(1);
            }
        });
        tasks.add(() -> {
            count.lock();
            boolean isIn = readers.get() != 0 || room.compareAndSet(1, 0);
            if (isIn) {
                readers.set(readers.get() + 1);
            }
            count.unlock();
            seen[0] = isIn ? 1 + value.get() : 0;
            if (isIn) {
                count.lock();
                readers.set(readers.get() - 1);
                if (readers.get() == 0) {
                    room.set(1);
                }
                count.unlock();
            }
        });
        return new Made(tasks, none -> Arrays.toString(seen) + values(value));
    }

    /** As {@link #tryLock}, with a mutex. */
    private static Made mutexTryLock(Scheduler sched) {
        Mutex mutex = new Mutex(sched, "m");
        SharedInt[] x = ints(sched, 2);
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            tasks.add(() -> {
                int which = mutex.tryLock() ? 0 : 1;
                x[which].set(x[which].get() + 1);
                if (which == 0) {
                    mutex.unlock();
                }
            });
        }
        return new Made(tasks, none -> values(x));
    }

    private static Arguments program(
            String name,
            int cpus,
            Function<Scheduler, Made> make,
            long reduced,
            long cut,
            long all) {
        return Arguments.of(name, PinnedTasks.of(cpus, make), new Counts(reduced, cut, all));
    }

    /**
     * How many schedules there are.
     *
     * @param reduced with the reduction
     * @param cut how many it began besides, and found to be equal to others
     * @param all without it
     */
    record Counts(long reduced, long cut, long all) {}

    static Stream<Arguments> programs() {
        return Stream.of(
                program("one writer, two readers", 3, sched -> readers(sched, 2), 4, 1, 90),
                program("one writer, three readers", 4, sched -> readers(sched, 3), 8, 5, 2520),
                program("increments", 2, sched -> increments(sched, 2), 4, 0, 20),
                program("three increments", 3, sched -> increments(sched, 3), 36, 0, 1680),
                program("increments on one CPU", 1, sched -> increments(sched, 2), 20, 0, 20),
                program("locked increments", 2, sched -> lockedIncrements(sched, 2), 2, 0, 36),
                program("three locked ones", 3, sched -> lockedIncrements(sched, 3), 6, 0, 6660),
                program("store buffering", 2, PartialOrderTest::storeBuffering, 3, 1, 20),
                program("message passing", 2, PartialOrderTest::messagePassing, 3, 1, 20),
                program("two locks", 2, PartialOrderTest::twoLocks, 3, 0, 68),
                program("independent locks", 2, PartialOrderTest::independentLocks, 1, 1, 252),
                program("last zero", 3, sched -> lastZero(sched, 2), 5, 1, 672),
                program("indexer", 3, sched -> indexer(sched, 3, 7), 12, 0, 288),
                program("indexer, full", 3, sched -> indexer(sched, 3, 3), 1, 2, 90),
                program("file system", 2, sched -> fileSystem(sched, 2, 1, 2), 2, 0, 104),
                program("Peterson", 2, PartialOrderTest::peterson, 10, 4, 1132),
                program("ABA", 2, PartialOrderTest::aba, 6, 0, 20),
                program(
                        "producer and consumer",
                        2,
                        PartialOrderTest::producerConsumer,
                        6,
                        6,
                        15378),
                program("lost wake-up", 2, PartialOrderTest::lostWakeUp, 4, 0, 15),
                program("interrupt", 2, PartialOrderTest::interrupt, 15, 0, 15),
                program("try-lock", 2, PartialOrderTest::tryLock, 4, 2, 150),
                program("mutex", 2, PartialOrderTest::mutex, 14, 14, 174364),
                program("two rwlock readers", 2, sched -> sharedPair(sched, 2, 0), 1, 1, 3432),
                program("an rwlock's two writers", 2, sched -> sharedPair(sched, 0, 2), 4, 4, 580),
                program("rwlock, both", 2, sched -> sharedPair(sched, 1, 1), 6, 6, 587),
                program("readers and writers", 2, PartialOrderTest::readersAndWriter, 4, 2, 243),
                program("mutex, tried", 2, PartialOrderTest::mutexTryLock, 6, 6, 4900));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void reduced_findsTheSameOutcomes(String name, PinnedTasks program, Counts counts)
            throws Exception {
        Found reduced = PinnedTasks.onVirtualThread(program::reduced);
        Found all = PinnedTasks.onVirtualThread(program::exhaustively);
        assertEquals(all.outcomes(), reduced.outcomes());
        assertEquals(counts, new Counts(reduced.schedules(), reduced.cuts(), all.schedules()));
    }
}
