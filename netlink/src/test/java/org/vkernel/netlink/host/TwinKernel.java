package org.vkernel.netlink.host;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.process.UserThread;
import org.vkernel.netlink.user.KernelNetlink;
import org.vkernel.netlink.user.NetlinkProvider;

/** A kernel on which a process with several threads runs: a virtual one, or the host's. */
interface TwinKernel {
    /** What the process does. */
    @FunctionalInterface
    interface Body {
        void run(TwinProcess process) throws Exception;
    }

    /** A process. */
    interface TwinProcess {
        NetlinkProvider provider();

        /** Starts another thread, which makes one call. */
        TwinThread start(IntSupplier call);

        /** Returns once {@code thread} sleeps in its call. */
        void awaitBlocked(TwinThread thread);

        /** Sends {@code thread} a signal that is handled, by doing nothing. */
        void interrupt(TwinThread thread);
    }

    /** A thread. */
    interface TwinThread {
        /** Waits for its end; gives what its call returned. */
        int join();
    }

    /** Runs {@code body} as a process of its own. */
    void run(Body body) throws Exception;

    /** The simulated machine: time passes only where no thread can run. */
    static TwinKernel simulated(long seed) {
        return new TwinKernel() {
            @Override
            public void run(Body body) throws Exception {
                AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
                try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed))) {
                    kernel.join(
                            kernel.spawn(
                                    "twin",
                                    process -> {
                                        process.handle(UserProcess.SIGUSR1, () -> {});
                                        try {
                                            body.run(new SimulatedProcess(process));
                                        } catch (Exception | AssertionError e) {
                                            thrown.set(e);
                                        }
                                    }));
                }
                switch (thrown.get()) {
                    case null -> {}
                    case Exception e -> throw e;
                    case Throwable e -> throw new AssertionError("seed " + seed, e);
                }
            }

            @Override
            public String toString() {
                return "simulated, seed " + seed;
            }
        };
    }

    /** A process of the simulated machine. */
    record SimulatedProcess(UserProcess process, NetlinkProvider provider) implements TwinProcess {
        SimulatedProcess(UserProcess process) {
            this(process, new KernelNetlink(process));
        }

        @Override
        public TwinThread start(IntSupplier call) {
            AtomicInteger result = new AtomicInteger();
            UserThread thread = process.startThread(self -> result.set(call.getAsInt()));
            return new SimulatedThread(thread, result);
        }

        @Override
        public void awaitBlocked(TwinThread thread) {
            process.sleep(Duration.ofNanos(1));
        }

        @Override
        public void interrupt(TwinThread thread) {
            ((SimulatedThread) thread).thread().signal(UserProcess.SIGUSR1);
        }
    }

    /** A thread of such a process. */
    record SimulatedThread(UserThread thread, AtomicInteger result) implements TwinThread {
        @Override
        public int join() {
            thread.join();
            return result.get();
        }
    }
}
