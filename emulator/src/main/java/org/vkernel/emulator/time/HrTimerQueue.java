package org.vkernel.emulator.time;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Cpu;

/**
 * The exact timers of one CPU, by deadline; those with equal ones in the order in which they were
 * armed. Models {@code struct timerqueue_head}, as a heap. Exclusive to the holder of the base's
 * lock.
 */
final class HrTimerQueue {
    private @Nullable HrTimer[] heap = {};
    private int size;
    private long armed;

    /** The earliest deadline; {@link Cpu#NEVER} if there is none. */
    long firstDeadline() {
        HrTimer first = first();
        return first == null ? Cpu.NEVER : first.deadlineNs;
    }

    @Nullable HrTimer first() {
        return size == 0 ? null : heap[0];
    }

    int size() {
        return size;
    }

    void add(HrTimer timer) {
        assert !timer.isQueued() : timer + " is queued twice";
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, Math.max(4, size * 2));
        }
        timer.armed = armed++;
        size++;
        siftUp(size - 1, timer);
    }

    void remove(HrTimer timer) {
        int hole = timer.heapIndex;
        assert at(hole) == timer : timer + " is not queued here";
        timer.heapIndex = -1;
        HrTimer last = at(--size);
        heap[size] = null;
        if (last != timer) {
            if (hole > 0 && isBefore(last, at((hole - 1) / 2))) {
                siftUp(hole, last);
            } else {
                siftDown(hole, last);
            }
        }
    }

    private HrTimer at(int index) {
        HrTimer timer = heap[index];
        if (timer == null) {
            throw new AssertionError("a hole in the heap at " + index + " of " + size);
        }
        return timer;
    }

    private static boolean isBefore(HrTimer a, HrTimer b) {
        return a.deadlineNs != b.deadlineNs ? a.deadlineNs < b.deadlineNs : a.armed < b.armed;
    }

    private void put(int index, HrTimer timer) {
        heap[index] = timer;
        timer.heapIndex = index;
    }

    private void siftUp(int from, HrTimer timer) {
        int index = from;
        while (index > 0) {
            int parent = (index - 1) / 2;
            if (!isBefore(timer, at(parent))) {
                break;
            }
            put(index, at(parent));
            index = parent;
        }
        put(index, timer);
    }

    private void siftDown(int from, HrTimer timer) {
        int index = from;
        for (int child = 2 * index + 1; child < size; child = 2 * index + 1) {
            if (child + 1 < size && isBefore(at(child + 1), at(child))) {
                child++;
            }
            if (!isBefore(at(child), timer)) {
                break;
            }
            put(index, at(child));
            index = child;
        }
        put(index, timer);
    }
}
