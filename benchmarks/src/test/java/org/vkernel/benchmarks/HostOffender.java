package org.vkernel.benchmarks;

import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;

/** Breaks each {@link HostBan} once, so that a ban that finds nothing is noticed. */
final class HostOffender {
    private final Object monitor = new Object();

    LongSupplier time() {
        return System::nanoTime;
    }

    Thread threads() {
        return Thread.currentThread();
    }

    int locks() {
        synchronized (monitor) {
            return 1;
        }
    }

    int chance() {
        return new Random(1).nextInt();
    }

    int identity() {
        return System.identityHashCode(this);
    }

    Set<String> saltedOrder() {
        return Set.of("a", "b");
    }

    void console() {
        System.out.println();
    }
}
