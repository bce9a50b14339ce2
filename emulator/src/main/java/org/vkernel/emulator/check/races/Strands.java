package org.vkernel.emulator.check.races;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Task;

/** All strands of a kernel, by slot; those of dead tasks give their slots to new ones. */
final class Strands {
    /** From here on a dead task's slot is reused though not everybody may come after it. */
    private static final int CROWD = 128;

    private @Nullable Strand[] strands = new Strand[16];
    private int count;

    /** A strand that is no task's. */
    Strand add(String name) {
        return put(new Strand(count, name, null, count + 1));
    }

    /** A new task's, which {@code parent} makes, if it is known. */
    Strand add(Task task, @Nullable Strand parent) {
        Strand old = parent == null ? null : gone(parent);
        Strand made;
        if (old == null) {
            made = new Strand(count, task.toString(), task, count + 1);
        } else {
            made = new Strand(old.slot, task.toString(), task, count + 1);
            made.acquire(old.release());
            made.now = old.now;
            made.readSectionEnd = old.readSectionEnd;
        }
        return put(made);
    }

    private Strand put(Strand made) {
        if (made.slot == strands.length) {
            strands = Arrays.copyOf(strands, made.slot * 2);
        }
        strands[made.slot] = made;
        count = Math.max(count, made.slot + 1);
        return made;
    }

    /** A strand of a dead task that the parent comes after, and so whoever it makes. */
    private @Nullable Strand gone(Strand parent) {
        for (int slot = 0; slot < count; slot++) {
            Strand strand = get(slot);
            Task task = strand.task;
            if (task != null
                    && task.isDead()
                    && (count >= CROWD || parent.covers(slot, strand.now))) {
                return strand;
            }
        }
        return null;
    }

    Strand get(int slot) {
        Strand strand = strands[slot];
        if (strand == null) {
            throw new IllegalArgumentException("no strand has slot " + slot);
        }
        return strand;
    }

    int count() {
        return count;
    }
}
