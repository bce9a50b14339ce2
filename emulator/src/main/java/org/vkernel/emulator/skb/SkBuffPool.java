package org.vkernel.emulator.skb;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/**
 * Freed sk_buffs that each CPU keeps for its next ones, those that have an array of {@link
 * DataPool#SMALLEST} bytes to themselves together with it.
 *
 * <p>That is not for the allocation's sake alone: a new object in an old queue costs G1 a full
 * fence at each store. Measured with a unicast of 64 bytes: a fifth less.
 *
 * <p>A CPU's sk_buffs are exclusive to the task that holds it.
 */
final class SkBuffPool {
    private static final int FIRST_ROOM = 64;

    /** How many of either kind a CPU keeps at most. */
    private static final int MOST = 4096;

    private final Stack[] bare;
    private final Stack[] furnished;

    /** The one that was freed last is the first to be taken. */
    private static final class Stack {
        private @Nullable SkBuff[] kept = new SkBuff[FIRST_ROOM];
        private int count;

        @Nullable SkBuff pop() {
            return count == 0 ? null : kept[--count];
        }

        void push(SkBuff skb) {
            int at = count;
            if (at == kept.length) {
                if (at == MOST) {
                    return;
                }
                kept = Arrays.copyOf(kept, 2 * at);
            }
            if (kept[at] != skb) { // most often it is there still
                kept[at] = skb;
            }
            count = at + 1;
        }
    }

    SkBuffPool(Scheduler sched) {
        bare = stacks(sched);
        furnished = stacks(sched);
    }

    private static Stack[] stacks(Scheduler sched) {
        Stack[] stacks = new Stack[sched.cpuCount()];
        for (int cpu = 0; cpu < stacks.length; cpu++) {
            stacks[cpu] = new Stack();
        }
        return stacks;
    }

    /** One that is free, or null; with a small array or without any. */
    @Nullable SkBuff take(Task running, boolean withArray) {
        return (withArray ? furnished : bare)[running.cpu().index()].pop();
    }

    /** Keeps one that was freed; {@code withArray}: with the small array that it has. */
    void giveBack(Task running, SkBuff skb, boolean withArray) {
        (withArray ? furnished : bare)[running.cpu().index()].push(skb);
    }
}
