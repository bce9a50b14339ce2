package org.vkernel.emulator.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Task;

/** Objects by number: none is with two owners, the last freed is the next, nothing is lost. */
class SlabProperties {
    @Property(tries = 60)
    void anySizes_noObjectTwice_andPagesComeBack(
            @ForAll @Size(max = 300) List<@IntRange(min = -400, max = 20_000) Integer> steps) {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            Memory mm = kernel.mm();
            kernel.run(() -> {
                mm.shrinkAll();
                int before = mm.freePages();
                long live = mm.liveObjects();
                List<Integer> held = new ArrayList<>();
                Set<Integer> out = new HashSet<>();
                for (int step : steps) {
                    if (step > 0) {
                        int object = mm.kmalloc(step, GfpMask.KERNEL);
                        assertTrue(out.add(object), "taken twice");
                        held.add(object);
                    } else if (!held.isEmpty()) {
                        int object = held.remove(/* index */ -step % held.size());
                        out.remove(object);
                        mm.kfree(object);
                    }
                    assertEquals(live + held.size(), mm.liveObjects());
                }
                mm.checkInvariants();
                held.forEach(mm::kfree);
                mm.shrinkAll();
                mm.checkInvariants();
                assertEquals(before, mm.freePages());
            });
        }
    }

    @Test
    void freedLast_isTakenFirst() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.run(() -> {
                Memory mm = kernel.mm();
                int first = mm.kmalloc(100, GfpMask.KERNEL);
                int second = mm.kmalloc(100, GfpMask.KERNEL);
                assertNotEquals(first, second);
                mm.kfree(first);
                mm.kfree(second);
                assertEquals(second, mm.kmalloc(128, GfpMask.KERNEL));
                assertEquals(first, mm.kmalloc(97, GfpMask.KERNEL));
                mm.kfree(first);
                mm.kfree(second);
            });
        }
    }

    @Test
    void newSlab_handsOutNeighbours() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.run(() -> {
                KmemCache cache = kernel.mm().createCache("test", 256);
                Task running = kernel.sched().current();
                List<Integer> held = new ArrayList<>();
                for (int i = 0; i < 16; i++) {
                    int object = cache.alloc(running, GfpMask.KERNEL);
                    assertEquals(i, ObjectNumbers.index(object));
                    held.add(object);
                }
                assertEquals(1, cache.slabs());
                assertEquals(16, cache.live());
                held.forEach(object -> cache.free(running, object));
                assertEquals(0, cache.live());
                cache.shrink(running);
                assertEquals(0, cache.slabs());
            });
        }
    }

    @Test
    void nothing_isNotNull_andFreed() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.run(() -> {
                int object = kernel.mm().kmalloc(0, GfpMask.KERNEL);
                assertEquals(ObjectNumbers.ZERO_SIZE, object);
                kernel.mm().kfree(object);
                kernel.mm().kfree(ObjectNumbers.NULL);
            });
        }
    }

    @Test
    void pagesFreedTwice_areReported() {
        VirtualKernel kernel =
                VirtualKernel.boot(KernelConfig.simulated(1).checks(Check.allBut(Check.MEMORY)));
        assertThrows(
                KernelFailedException.class,
                () ->
                        kernel.run(() -> {
                            int object = kernel.mm().kmalloc(50_000, GfpMask.KERNEL);
                            kernel.mm().kfree(object);
                            kernel.mm().kfree(object);
                        }));
        assertEquals("BUG: Bad page state", kernel.reports().getFirst().rule());
        kernel.shutdown();
    }

    @Test
    void observer_seesEachObjectComeAndGo() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            List<String> seen = new ArrayList<>();
            ObjectObserver observer =
                    new ObjectObserver() {
                        @Override
                        public void allocated(
                                Task running, int object, String cache, long bytes, GfpMask gfp) {
                            seen.add("+" + object + " " + cache + " " + bytes + " " + gfp);
                        }

                        @Override
                        public void freed(Task running, int object, String cache) {
                            seen.add("-" + object + " " + cache);
                        }
                    };
            kernel.run(() -> {
                Memory mm = kernel.mm();
                Task running = kernel.sched().current();
                mm.setObserver(observer);
                int small = mm.kmalloc(100, GfpMask.ATOMIC);
                int large = mm.kmalloc(9000, GfpMask.KERNEL);
                int area = mm.vmalloc(running, 9000, GfpMask.KERNEL);
                mm.kfree(small);
                mm.kfree(large);
                mm.vfree(running, area);
                mm.setObserver(null);
                assertEquals(
                        List.of(
                                "+" + small + " kmalloc-128 100 GFP_ATOMIC",
                                "+" + large + " pages 9000 GFP_KERNEL",
                                "+" + area + " vmalloc 9000 GFP_KERNEL",
                                "-" + small + " kmalloc-128",
                                "-" + large + " pages",
                                "-" + area + " vmalloc"),
                        seen);
            });
        }
    }

    /** One side takes, the other gives back: objects move between the CPUs' lists. */
    @Test
    void freedOnAnotherCpu_nothingIsLost() {
        for (KernelConfig config : List.of(KernelConfig.simulated(7), KernelConfig.parallel())) {
            try (VirtualKernel kernel = VirtualKernel.boot(config.cpus(2))) {
                Memory mm = kernel.mm();
                int rounds = 20_000;
                kernel.run(mm::shrinkAll);
                int before = mm.freePages();
                ConcurrentLinkedQueue<Integer> wire = new ConcurrentLinkedQueue<>();
                UserProcess taker =
                        kernel.spawn(
                                "taker",
                                process -> {
                                    for (int i = 0; i < rounds; i++) {
                                        int bytes = 200 + i % 3 * 400;
                                        kernel.run(
                                                () -> wire.add(mm.kmalloc(bytes, GfpMask.KERNEL)));
                                    }
                                });
                UserProcess giver =
                        kernel.spawn(
                                "giver",
                                process -> {
                                    for (int got = 0; got < rounds; ) {
                                        got += kernel.call(() -> giveOne(kernel, wire));
                                    }
                                });
                kernel.join(taker);
                kernel.join(giver);
                kernel.run(() -> {
                    mm.shrinkAll();
                    mm.checkInvariants();
                });
                assertEquals(before, mm.freePages());
            }
        }
    }

    private static int giveOne(VirtualKernel kernel, ConcurrentLinkedQueue<Integer> wire) {
        Integer object = wire.poll();
        if (object == null) {
            kernel.sched().condResched();
            return 0;
        }
        kernel.mm().kfree(object);
        return 1;
    }
}
