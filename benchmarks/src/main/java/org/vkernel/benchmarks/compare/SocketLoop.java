package org.vkernel.benchmarks.compare;

import java.util.concurrent.atomic.AtomicLong;
import org.vkernel.emulator.AttachedProcess;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.netlink.host.ConnectorLock;
import org.vkernel.netlink.host.HostNetlink;
import org.vkernel.netlink.host.HostUnavailableException;
import org.vkernel.netlink.user.NetlinkSocket;

/**
 * What one thread does with sockets, written once for every kernel.
 *
 * <p>A kernel opens the sockets anew where a process of its own must own them; that is not timed.
 */
@FunctionalInterface
interface SocketLoop {
    /** Opens a socket of type {@code SOCK_DGRAM} in some kernel. */
    @FunctionalInterface
    interface Opener {
        NetlinkSocket open(int protocol);
    }

    /** Opens what it needs, and gives what is to be timed. */
    Loop open(Opener opener);

    /** This loop in a column that has a kernel. */
    default Contender on(Column column) throws HostUnavailableException {
        return switch (column) {
            case PARALLEL -> new OnParallel(this, KernelConfig.parallel());
            case SIMULATED -> new OnSimulated(this);
            case HOST -> new OnHost(this);
            case FLOOR -> throw new IllegalArgumentException("the floor has no sockets");
        };
    }

    /** By a thread of the host's that is a process of the parallel machine. */
    final class OnParallel implements Contender {
        private final VirtualKernel kernel;
        private final AttachedProcess process;
        private final Contender loop;

        OnParallel(SocketLoop what, KernelConfig config) {
            kernel = Kernels.boot(config);
            process = kernel.attach("bench");
            loop = Contender.of(what.open(protocol -> Sockets.open(process.process(), protocol)));
        }

        @Override
        public long run(long operations) {
            return loop.run(operations);
        }

        @Override
        public void close() {
            process.close();
            kernel.close();
        }
    }

    /** By a process of the simulated machine, a new one each time. */
    final class OnSimulated implements Contender {
        private final SocketLoop what;
        private final VirtualKernel kernel;

        OnSimulated(SocketLoop what) {
            this.what = what;
            kernel = Kernels.boot(Column.SIMULATED);
        }

        @Override
        public long run(long operations) {
            AtomicLong took = new AtomicLong();
            kernel.join(
                    kernel.spawn(
                            "bench",
                            process -> {
                                Loop loop = what.open(protocol -> Sockets.open(process, protocol));
                                took.set(Contender.of(loop).run(operations));
                            }));
            return took.get();
        }

        @Override
        public void close() {
            kernel.close();
        }
    }

    /** By system calls of the host. What its kernel counts is taken back on Ctrl-C as well. */
    final class OnHost implements Contender {
        private final ConnectorLock lock;
        private final HostNetlink provider;
        private final Thread onInterrupt;
        private final Contender loop;

        OnHost(SocketLoop what) throws HostUnavailableException {
            lock = ConnectorLock.take();
            provider = HostNetlink.open();
            onInterrupt = new Thread(provider::takeBackCounts, "vkernel-bench-interrupt");
            Runtime.getRuntime().addShutdownHook(onInterrupt);
            loop = Contender.of(what.open(protocol -> Sockets.open(provider, protocol)));
        }

        @Override
        public long run(long operations) {
            return loop.run(operations);
        }

        @Override
        public void close() {
            if (isRunningOn()) {
                provider.close();
                lock.close();
            }
        }

        private boolean isRunningOn() {
            try {
                return Runtime.getRuntime().removeShutdownHook(onInterrupt);
            } catch (IllegalStateException e) {
                return false; // the program ends, and the hook does what is left to do
            }
        }
    }
}
