package org.vkernel.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.VirtualKernel;

class ColumnClassesTest {
    private static final ColumnClasses PARALLEL = new ColumnClasses(Column.PARALLEL);
    private static final ColumnClasses SIMULATED = new ColumnClasses(Column.SIMULATED);

    @Test
    void kernelAndLibraries_areEachColumnsOwn() throws ClassNotFoundException {
        for (Class<?> own : List.of(VirtualKernel.class, MpscAtomicArrayQueue.class)) {
            Class<?> parallel = PARALLEL.loadClass(own.getName());
            Class<?> simulated = SIMULATED.loadClass(own.getName());

            assertNotSame(own, parallel);
            assertNotSame(own, simulated);
            assertNotSame(parallel, simulated);
            assertSame(parallel, PARALLEL.loadClass(own.getName()));
        }
    }

    @Test
    void workloads_runInTheirColumnsClasses() {
        for (ColumnClasses classes : List.of(PARALLEL, SIMULATED)) {
            try (Contender contender =
                    Objects.requireNonNull(classes.prepare(new BootAndShutdown()))) {
                assertTrue(contender.run(1) > 0);
            }
            try (Contender contender = Objects.requireNonNull(classes.prepare(new Unicast(64)))) {
                assertSame(classes, contender.getClass().getClassLoader());
                assertTrue(contender.run(1) > 0);
            }
        }
        assertNull(PARALLEL.prepare(new CnTestSchedule()));
    }

    @Test
    void failure_isToldAsItIsInside() {
        Workload unknown = new Unicast(63);

        assertEquals(
                "no workload \"unicast 63 B\"",
                assertThrows(IllegalArgumentException.class, () -> PARALLEL.prepare(unknown))
                        .getMessage());
    }

    @Test
    void workloads_haveDifferentNames() {
        for (Workload workload : Workloads.ALL) {
            assertSame(workload, Workloads.named(workload.name()));
        }
    }
}
