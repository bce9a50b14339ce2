package org.vkernel.emulator.skb;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;

class SkBuffQueueProperties {
    @Property(tries = 200)
    void anyOperations_behaveAsADeque(
            @ForAll @Size(max = 60) List<@IntRange(max = 4) Integer> operations) {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.run(() -> {
                SkBuffQueue queue = new SkBuffQueue(kernel.sched(), "queue");
                Deque<SkBuff> model = new ArrayDeque<>();
                for (int operation : operations) {
                    step(kernel.skbs(), queue, model, operation);
                    check(queue, model);
                }
                assertEquals(model.size(), queue.purge());
            });
        }
    }

    private static void step(SkBuffs skbs, SkBuffQueue queue, Deque<SkBuff> model, int operation) {
        switch (operation) {
            case 0 -> {
                SkBuff skb = requireNonNull(skbs.alloc(model.size() * 100, GfpMask.KERNEL));
                queue.addLast(skb);
                model.addLast(skb);
            }
            case 1 -> {
                SkBuff skb = requireNonNull(skbs.alloc(8, GfpMask.KERNEL));
                queue.addFirst(skb);
                model.addFirst(skb);
            }
            case 2 -> {
                SkBuff taken = queue.pollFirst();
                assertSame(model.pollFirst(), taken);
                free(taken);
            }
            default -> {
                List<SkBuff> all = new ArrayList<>(model);
                if (!all.isEmpty()) {
                    SkBuff middle = all.get(all.size() / operation);
                    queue.unlink(middle);
                    model.remove(middle);
                    middle.consume();
                }
            }
        }
    }

    private static void free(@Nullable SkBuff skb) {
        if (skb != null) {
            skb.consume();
        }
    }

    private static void check(SkBuffQueue queue, Deque<SkBuff> model) {
        assertEquals(model.isEmpty(), queue.isEmpty());
        assertEquals(model.size(), queue.length());
        assertEquals(model.stream().mapToLong(SkBuff::truesize).sum(), queue.truesizeSum());
        boolean flags = queue.lock().lockIrqsave();
        SkBuff at = queue.peekFirstLocked();
        for (SkBuff expected : model) {
            assertSame(expected, at);
            at = at == null ? null : queue.nextLocked(at);
        }
        assertSame(null, at);
        queue.lock().unlockIrqrestore(flags);
    }
}
