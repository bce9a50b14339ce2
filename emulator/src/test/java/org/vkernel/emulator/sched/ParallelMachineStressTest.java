package org.vkernel.emulator.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vkernel.emulator.AttachedProcess;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.irq.Softirqs;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.shared.SharedInt;
import org.vkernel.emulator.shared.SharedRef;

/** Real threads on the parallel machine: exclusion, wake-ups and interrupts lose nothing. */
@Timeout(30)
class ParallelMachineStressTest {
    private static final int TASKS = 6;
    private static final int ROUNDS = 20_000;

    @Test
    void spinlockAndMutex_manyTasks_noUpdateIsLost() {
        for (int cpus : new int[] {1, 2, 5}) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(cpus))) {
                SpinLock lock = kernel.call(() -> new SpinLock(kernel.sched(), "lock"));
                Mutex mutex = kernel.call(() -> new Mutex(kernel.sched(), "mutex"));
                SharedInt spun = kernel.call(() -> new SharedInt(kernel.sched(), 0));
                SharedInt slept = kernel.call(() -> new SharedInt(kernel.sched(), 0));
                List<UserProcess> processes = new ArrayList<>();
                for (int i = 0; i < TASKS; i++) {
                    processes.add(
                            kernel.spawn(
                                    "p" + i,
                                    process -> {
                                        for (int round = 0; round < ROUNDS; round++) {
                                            kernel.run(() -> {
                                                lock.lock();
                                                spun.set(spun.get() + 1);
                                                lock.unlock();
                                                mutex.lock();
                                                slept.set(slept.get() + 1);
                                                mutex.unlock();
                                            });
                                        }
                                    }));
                }
                processes.forEach(kernel::join);
                assertEquals(TASKS * ROUNDS, kernel.call(spun::get));
                assertEquals(TASKS * ROUNDS, kernel.call(slept::get));
            }
        }
    }

    @Test
    void pingPong_waitQueues_noWakeUpIsLost() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(2))) {
            AtomicInt turn = kernel.call(() -> new AtomicInt(kernel.sched(), 0));
            WaitQueue queue = kernel.call(() -> new WaitQueue(kernel.sched(), "my turn"));
            List<UserProcess> processes = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int me = i;
                processes.add(
                        kernel.spawn(
                                "p" + i,
                                process -> {
                                    for (int round = 0; round < ROUNDS; round++) {
                                        kernel.run(() -> {
                                            queue.waitEvent(() -> turn.get() % 2 == me);
                                            turn.incrementAndGet();
                                            queue.wakeUpAll();
                                        });
                                    }
                                }));
            }
            processes.forEach(kernel::join);
            assertEquals(2 * ROUNDS, turn.peek());
        }
    }

    @Test
    void interruptsAndSoftirqs_onBusyAndFreeSlots_allRunExcludingEachOther() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(2))) {
            Scheduler sched = kernel.sched();
            SharedInt plain = kernel.call(() -> new SharedInt(sched, 0));
            SpinLock lock = kernel.call(() -> new SpinLock(sched, "shared with softirqs"));
            AtomicInt irqs = kernel.call(() -> new AtomicInt(sched, 0));
            sched.requestIrq(
                    3,
                    cpu -> {
                        irqs.incrementAndGet();
                        kernel.softirqs().raiseIrqoff(Softirqs.NET_RX);
                    });
            AtomicInt softirqs = kernel.call(() -> new AtomicInt(sched, 0));
            kernel.softirqs()
                    .open(
                            Softirqs.NET_RX,
                            cpu -> {
                                softirqs.incrementAndGet();
                                lock.lock();
                                plain.set(plain.get() + 1);
                                lock.unlock();
                            });
            List<UserProcess> processes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                processes.add(
                        kernel.spawn(
                                "p" + i,
                                process -> {
                                    for (int round = 0; round < ROUNDS; round++) {
                                        int to = round % 2;
                                        kernel.run(() -> {
                                            sched.raiseIrq(sched.cpu(to), 3);
                                            lock.lockBh();
                                            plain.set(plain.get() + 1);
                                            lock.unlockBh();
                                        });
                                    }
                                }));
            }
            processes.forEach(kernel::join);
            kernel.run(() -> {
                sched.raiseIrq(sched.cpu(0), 3);
                sched.raiseIrq(sched.cpu(1), 3);
            });
            kernel.run(kernel.rcu()::synchronize);
            assertTrue(irqs.peek() > 0);
            kernel.run(() -> {
                lock.lockBh();
                assertEquals(3 * ROUNDS + softirqs.peek(), plain.get());
                lock.unlockBh();
            });
        }
    }

    @Test
    void rcu_readersAndAnUpdater_noReaderSeesWhatIsGone() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(3))) {
            record Version(AtomicInt alive) {}
            Scheduler sched = kernel.sched();
            SharedInt stop = kernel.call(() -> new SharedInt(sched, 0));
            var pointer =
                    kernel.call(() ->
                            new SharedRef<Version>(sched, new Version(new AtomicInt(sched, 1))));
            AtomicInt wrong = kernel.call(() -> new AtomicInt(sched, 0));
            List<UserProcess> readers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                readers.add(
                        kernel.spawn(
                                "reader" + i,
                                process -> {
                                    while (kernel.call(stop::getOnce) == 0) {
                                        kernel.run(() -> {
                                            kernel.rcu().readLock();
                                            Version seen = pointer.rcuDereference();
                                            for (int k = 0; k < 20; k++) {
                                                if (seen == null || seen.alive.get() == 0) {
                                                    wrong.incrementAndGet();
                                                }
                                            }
                                            kernel.rcu().readUnlock();
                                        });
                                    }
                                }));
            }
            UserProcess updater =
                    kernel.spawn(
                            "updater",
                            process -> {
                                for (int round = 0; round < 300; round++) {
                                    kernel.run(() -> {
                                        Version old =
                                                pointer.exchange(
                                                        new Version(new AtomicInt(sched, 1)));
                                        kernel.rcu().synchronize();
                                        Objects.requireNonNull(old).alive.set(0);
                                    });
                                }
                                kernel.run(() -> stop.setOnce(1));
                            });
            kernel.join(updater);
            readers.forEach(kernel::join);
            assertEquals(0, wrong.peek());
        }
    }

    @Test
    void attachedHostThreads_areProcessesAmongOthers() throws InterruptedException {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(2))) {
            AtomicInt sum = kernel.call(() -> new AtomicInt(kernel.sched(), 0));
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                threads.add(
                        Thread.ofPlatform()
                                .start(() -> {
                                    try (AttachedProcess me = kernel.attach("host")) {
                                        for (int k = 0; k < ROUNDS; k++) {
                                            kernel.run(sum::incrementAndGet);
                                        }
                                        assertEquals("host", me.process().comm());
                                    }
                                }));
            }
            UserProcess other =
                    kernel.spawn(
                            "other",
                            process -> {
                                for (int k = 0; k < ROUNDS; k++) {
                                    kernel.run(sum::incrementAndGet);
                                }
                            });
            kernel.join(other);
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(4 * ROUNDS, sum.peek());
            assertEquals(List.of(), kernel.processes());
        }
    }

    @Test
    void brokenRule_endsTheRunForEverybody() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel());
        Completion never = kernel.call(() -> new Completion(kernel.sched(), "ever"));
        kernel.spawn("waiter", process -> kernel.run(never::await));
        kernel.spawn(
                "breaker",
                process ->
                        kernel.run(() -> {
                            SpinLock lock = new SpinLock(kernel.sched(), "l");
                            lock.lock();
                            lock.lock();
                        }));
        assertThrows(KernelFailedException.class, () -> kernel.run(never::await));
        kernel.shutdown();
        assertEquals("spinlock recursion", kernel.reports().getFirst().rule());
    }
}
