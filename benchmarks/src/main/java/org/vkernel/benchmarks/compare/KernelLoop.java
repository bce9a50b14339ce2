package org.vkernel.benchmarks.compare;

import org.vkernel.emulator.VirtualKernel;

/** Something that is done inside the kernel, of which the host's cannot be asked. */
interface KernelLoop {
    /** Prepares it, in process context, and gives what is to be timed. */
    Loop open(VirtualKernel kernel);

    /** Takes back what {@link #open} prepared. */
    void close(VirtualKernel kernel);

    /** This loop on one of vkernel's machines. */
    default Contender on(Column column) {
        VirtualKernel kernel = Kernels.boot(column);
        Loop loop = kernel.call(() -> open(kernel));
        return new Contender() {
            @Override
            public long run(long operations) {
                return kernel.call(() -> Contender.of(loop).run(operations));
            }

            @Override
            public void close() {
                kernel.run(() -> KernelLoop.this.close(kernel));
                kernel.close();
            }
        };
    }
}
