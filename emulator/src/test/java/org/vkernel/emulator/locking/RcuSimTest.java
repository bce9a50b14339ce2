package org.vkernel.emulator.locking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.shared.SharedInt;
import org.vkernel.emulator.shared.SharedRef;

/** Grace periods under many schedules: a reader never sees what is gone, unless nobody waited. */
class RcuSimTest {
    private static final int SCHEDULES = 400;

    /** How the updater makes sure that no reader is left. */
    private enum Wait {
        SYNCHRONIZE,
        CALL,
        NOT_AT_ALL
    }

    /** How many reads saw an object after its end, over one run. */
    private static int wrongReads(long seed, Wait wait) {
        try (VirtualKernel kernel =
                VirtualKernel.boot(
                        KernelConfig.simulated(seed)
                                .checks(
                                        wait == Wait.NOT_AT_ALL
                                                ? Check.allBut(Check.RACES)
                                                : Check.ALL)
                                .cpus(1 + (int) (seed % 3)))) {
            SharedInt first = kernel.call(() -> new SharedInt(kernel.sched(), 1));
            SharedRef<SharedInt> pointer =
                    kernel.call(() -> new SharedRef<>(kernel.sched(), first));
            List<Integer> wrong = new ArrayList<>();
            List<UserProcess> processes = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                processes.add(
                        kernel.spawn(
                                "reader" + i,
                                process ->
                                        kernel.run(() -> {
                                            kernel.rcu().readLock();
                                            SharedInt seen =
                                                    Objects.requireNonNull(
                                                            pointer.rcuDereference());
                                            kernel.sched().relax();
                                            if (seen.get() == 0) {
                                                wrong.add(0);
                                            }
                                            kernel.rcu().readUnlock();
                                        })));
            }
            processes.add(
                    kernel.spawn(
                            "updater",
                            process ->
                                    kernel.run(() -> {
                                        pointer.rcuAssign(new SharedInt(kernel.sched(), 1));
                                        switch (wait) {
                                            case SYNCHRONIZE -> {
                                                kernel.rcu().synchronize();
                                                first.set(0);
                                            }
                                            case CALL -> {
                                                kernel.rcu().call(() -> first.set(0));
                                                kernel.rcu().barrier();
                                                assertEquals(0, first.get());
                                            }
                                            default -> first.set(0);
                                        }
                                    })));
            processes.forEach(kernel::join);
            return wrong.size();
        }
    }

    @Test
    void synchronize_readersBefore_haveAllEnded() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            assertEquals(0, wrongReads(seed, Wait.SYNCHRONIZE), "seed " + seed);
        }
    }

    @Test
    void call_readersBefore_haveAllEndedWhenTheCallbackRuns() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            assertEquals(0, wrongReads(seed, Wait.CALL), "seed " + seed);
        }
    }

    @Test
    void noGracePeriod_someReader_seesWhatIsGone() {
        int wrong = 0;
        for (int seed = 0; seed < SCHEDULES; seed++) {
            wrong += wrongReads(seed, Wait.NOT_AT_ALL);
        }
        assertTrue(wrong > 0, "no schedule showed what a grace period is for");
    }

    @Test
    void barrier_callbacksQueuedBefore_haveAllEnded() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed).cpus(3))) {
                SharedInt done = kernel.call(() -> new SharedInt(kernel.sched(), 0));
                int sum =
                        kernel.call(() -> {
                            for (int i = 0; i < 3; i++) {
                                kernel.rcu().call(() -> done.set(done.get() + 1));
                                kernel.sched().condResched();
                            }
                            kernel.rcu().barrier();
                            return done.get();
                        });
                assertEquals(3, sum, "seed " + seed);
            }
        }
    }

    @Test
    void callback_context_isSoftirq() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            List<Boolean> serving = new ArrayList<>();
            kernel.run(() -> {
                kernel.rcu().call(() -> serving.add(kernel.sched().inServingSoftirq()));
                kernel.rcu().barrier();
            });
            assertEquals(List.of(true), serving);
        }
    }

    @Test
    void sleepInAReadSection_isReported() {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        KernelFailedException failure =
                assertThrows(
                        KernelFailedException.class,
                        () ->
                                kernel.run(() -> {
                                    kernel.rcu().readLock();
                                    kernel.sched().mightSleep();
                                }));
        assertTrue(failure.getMessage().contains("RCU nest depth: 1"), failure.getMessage());
        kernel.shutdown();
    }
}
