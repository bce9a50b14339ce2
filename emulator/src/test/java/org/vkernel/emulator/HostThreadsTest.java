package org.vkernel.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.shared.AtomicInt;

/** Threads of the host's that boot, enter and close kernels. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostThreadsTest {
    private static KernelConfig config(boolean simulated) {
        return simulated ? KernelConfig.simulated(1) : KernelConfig.parallel();
    }

    private static void inAnotherThread(Runnable body) {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().unstarted(body);
        thread.setUncaughtExceptionHandler((t, e) -> thrown.set(e));
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        Throwable escaped = thrown.get();
        if (escaped != null) {
            throw new AssertionError(escaped);
        }
    }

    private static VirtualKernel withWaiter(KernelConfig config) {
        VirtualKernel kernel = VirtualKernel.boot(config);
        Completion never = kernel.call(() -> new Completion(kernel.sched(), "ever"));
        kernel.spawn("waiter", process -> kernel.run(never::awaitInterruptible));
        kernel.runFor(Duration.ofMillis(5));
        return kernel;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void kernel_isClosedInAnotherThreadThanItWasBootedIn(boolean simulated) {
        VirtualKernel kernel = withWaiter(config(simulated));
        inAnotherThread(kernel::close);
        assertTrue(kernel.hasEnded());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void kernelWithoutPower_isClosedInAnotherThread(boolean simulated) {
        VirtualKernel kernel = withWaiter(config(simulated));
        kernel.powerOff();
        inAnotherThread(kernel::close);
        assertTrue(kernel.hasEnded());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void kernelWithoutPower_isEnteredInAnotherThread(boolean simulated) {
        VirtualKernel kernel = withWaiter(config(simulated));
        kernel.powerOff();
        inAnotherThread(
                () -> assertThrows(KernelFailedException.class, () -> kernel.run(() -> {})));
        kernel.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void exceptionOfTheHostsBody_leavesTheKernelUsable(boolean simulated) {
        try (VirtualKernel kernel = VirtualKernel.boot(config(simulated).cpus(1))) {
            for (int i = 0; i < 3; i++) {
                assertThrows(
                        UnsupportedOperationException.class,
                        () ->
                                kernel.run(() -> {
                                    throw new UnsupportedOperationException();
                                }));
            }
            UserProcess process = kernel.spawn("p", self -> kernel.run(() -> {}));
            kernel.join(process);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callWithinACall_isTheSameCall(boolean simulated) {
        try (VirtualKernel kernel = VirtualKernel.boot(config(simulated).cpus(1))) {
            SpinLock lock = kernel.call(() -> new SpinLock(kernel.sched(), "l"));
            Runnable nested =
                    () -> {
                        lock.lock();
                        assertEquals(7, kernel.<Integer>call(() -> 7));
                        lock.unlock();
                    };
            kernel.run(nested);
            UserProcess process = kernel.spawn("p", self -> kernel.run(nested));
            kernel.join(process);
            kernel.run(nested);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void exceptionInAProcessSystemCall_isAnOopsAndTheRestGoesOn(boolean simulated) {
        VirtualKernel kernel = VirtualKernel.boot(config(simulated).cpus(1).keepGoing(true));
        SpinLock lock = kernel.call(() -> new SpinLock(kernel.sched(), "l"));
        UserProcess victim =
                kernel.spawn(
                        "victim",
                        self ->
                                kernel.run(() -> {
                                    kernel.rcu().readLock();
                                    lock.lock();
                                    throw new UnsupportedOperationException("of the module");
                                }));
        kernel.join(victim);
        assertEquals(UserProcess.SIGKILL, victim.exitCode());
        kernel.run(kernel.rcu()::synchronize);
        UserProcess other = kernel.spawn("other", self -> kernel.run(() -> {}));
        kernel.join(other);
        kernel.shutdown();
        assertEquals(1, kernel.reports().size(), kernel.reports().toString());
        assertTrue(kernel.reports().getFirst().rule().contains("UnsupportedOperation"));
    }

    @Test
    void processExitsWithinACall_leavesTheSlotToOthers() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel().cpus(1))) {
            UserProcess process = kernel.spawn("p", self -> kernel.run(() -> self.exit(3)));
            kernel.join(process);
            assertEquals(3 << 8, process.exitCode());
        }
    }

    @Test
    void hostThatOnlyCalls_isNoSoftLockup() {
        KernelConfig config = KernelConfig.simulated(1).lockupPoints(1_000);
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            AtomicInt counter = kernel.call(() -> new AtomicInt(kernel.sched(), 0));
            for (int i = 0; i < 5_000; i++) {
                kernel.run(counter::incrementAndGet);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void close_whileAnotherThreadIsInside_isRefusedAndChangesNothing(boolean simulated) {
        try (VirtualKernel kernel = VirtualKernel.boot(config(simulated))) {
            kernel.run(() ->
                    inAnotherThread(
                            () -> assertThrows(IllegalStateException.class, kernel::close)));
            UserProcess process = kernel.spawn("p", self -> kernel.run(() -> {}));
            kernel.join(process);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void close_byAProcessOrWithinACall_isRefused(boolean simulated) {
        try (VirtualKernel kernel = VirtualKernel.boot(config(simulated))) {
            kernel.run(() -> assertThrows(IllegalStateException.class, kernel::close));
            UserProcess process =
                    kernel.spawn(
                            "p", self -> assertThrows(IllegalStateException.class, kernel::close));
            kernel.join(process);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherKernelsEnd_withinACall_isNotThisKernels(boolean simulated) {
        try (VirtualKernel one = VirtualKernel.boot(config(simulated))) {
            VirtualKernel two = VirtualKernel.boot(config(simulated));
            UserProcess caller =
                    two.spawn(
                            "caller",
                            self ->
                                    one.run(() -> {
                                        two.powerOff();
                                        two.run(() -> {});
                                    }));
            assertThrows(KernelFailedException.class, () -> two.join(caller));
            two.close();
            assertFalse(one.hasEnded());
            one.run(() -> {});
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void interruptedHost_whileItWaits_endsTheRunAndClosesAllTheSame(boolean simulated) {
        VirtualKernel kernel = withWaiter(config(simulated));
        Completion never = kernel.call(() -> new Completion(kernel.sched(), "ever"));
        CountDownLatch ticks = new CountDownLatch(3);
        kernel.spawn(
                "ticker",
                self -> {
                    for (; ; ) {
                        self.sleep(Duration.ofMillis(1));
                        ticks.countDown();
                    }
                });
        Thread host = Thread.currentThread();
        Thread other =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                ticks.await();
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                            host.interrupt();
                        });
        assertThrows(KernelFailedException.class, () -> kernel.run(never::await));
        assertTrue(Thread.interrupted(), "the interrupt is kept");
        kernel.close();
        while (other.isAlive()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void interruptedHost_closingTheParallelMachine_waitsForItsTasks() throws InterruptedException {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel());
        AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
        kernel.spawn(
                "busy",
                self -> {
                    thread.set(Thread.currentThread());
                    for (; ; ) {
                        kernel.run(kernel.sched()::relax);
                    }
                });
        do {
            kernel.runFor(Duration.ofMillis(1));
        } while (thread.get() == null);
        kernel.powerOff();
        Thread.currentThread().interrupt();
        kernel.close();
        assertTrue(Thread.interrupted(), "the interrupt is kept");
        Thread busy = thread.get();
        // The task is gone; its thread has a few instructions left at the most.
        assertTrue(busy != null && busy.join(Duration.ofSeconds(10)), "left: " + busy);
        assertEquals(List.of(), kernel.reports());
    }

    @Test
    void processesSpawnedDuringTheShutdown_areKilledToo() {
        for (int seed = 0; seed < 50; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed))) {
                Completion never = kernel.call(() -> new Completion(kernel.sched(), "ever"));
                for (int i = 0; i < 2; i++) {
                    kernel.spawn(
                            "parent",
                            self ->
                                    kernel.spawn(
                                            "child", c -> kernel.run(never::awaitInterruptible)));
                }
            }
        }
    }

    @Test
    void attachedThread_whenTheRunEnds_failsAsTheHostDoes() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel());
        try (AttachedProcess self = kernel.attach("tester")) {
            assertEquals("tester", self.process().comm());
            kernel.run(() -> {});
            assertThrows(IllegalStateException.class, () -> kernel.attach("again"));
            kernel.powerOff();
            assertThrows(KernelFailedException.class, () -> kernel.run(() -> {}));
        }
        kernel.close();
    }

    /** A process that runs in user code, without a system call, until it is told. */
    private static KernelFailedException failureWithABusyProcess(
            KernelConfig config, AtomicBoolean enough) {
        VirtualKernel kernel = VirtualKernel.boot(config.hangMillis(200));
        AtomicBoolean busy = new AtomicBoolean();
        kernel.spawn(
                "busy",
                self -> {
                    busy.set(true);
                    while (!enough.get()) {
                        Thread.onSpinWait();
                    }
                });
        return assertThrows(
                KernelFailedException.class,
                () -> {
                    do {
                        kernel.runFor(Duration.ofMillis(1));
                    } while (!busy.get());
                    kernel.close();
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void processThatNeverEntersTheKernel_isReportedAndLeftBehind(boolean simulated) {
        AtomicBoolean enough = new AtomicBoolean();
        try {
            KernelFailedException e = failureWithABusyProcess(config(simulated), enough);

            assertEquals(1, e.reports().size(), e.toString());
            assertEquals("hung task", e.reports().getFirst().rule());
            assertTrue(e.reports().getFirst().what().startsWith("busy["), e.toString());
        } finally {
            enough.set(true);
        }
    }

    @Test
    void processThatNeverEntersTheKernel_reportSaysWhere() {
        AtomicBoolean enough = new AtomicBoolean();
        try {
            KernelFailedException e = failureWithABusyProcess(KernelConfig.simulated(1), enough);

            String stack = String.join("\n", e.reports().getFirst().stack());
            assertTrue(stack.contains("HostThreadsTest.lambda$failureWithABusyProcess"), stack);
        } finally {
            enough.set(true);
        }
    }

    @Test
    void processThatComesBackTooLate_findsTheRunOver() throws InterruptedException {
        AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
        CountDownLatch late = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1).hangMillis(50));
        kernel.spawn("other", self -> self.sleep(Duration.ofSeconds(100)));
        kernel.spawn(
                "late",
                self -> {
                    try {
                        late.await();
                        kernel.run(() -> seen.set(new AssertionError("got in")));
                    } catch (InterruptedException e) {
                        seen.set(e);
                    } finally {
                        gone.countDown();
                    }
                });
        assertThrows(KernelFailedException.class, () -> kernel.runFor(Duration.ofSeconds(1)));
        kernel.shutdown();
        late.countDown();
        assertTrue(gone.await(10, TimeUnit.SECONDS));
        assertEquals(null, seen.get());
        assertEquals(1, kernel.reports().size());
    }

    @Test
    void threadThatComesTooLate_isNoProcess() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.parallel());
        kernel.powerOff();
        assertThrows(KernelFailedException.class, () -> kernel.attach("late"));
        kernel.close(); // which no process could, but this thread is none
        assertEquals(List.of(), kernel.reports());
    }
}
