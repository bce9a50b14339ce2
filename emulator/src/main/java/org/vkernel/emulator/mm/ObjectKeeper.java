package org.vkernel.emulator.mm;

import org.vkernel.emulator.sched.Task;

/** Who keeps objects of caches for later, which count as free meanwhile. */
public interface ObjectKeeper {
    /** How many objects of {@code cache} it keeps; exact while nothing runs. */
    long kept(KmemCache cache);

    /** Gives all that it keeps back to their caches. Only while nothing else runs. */
    void giveBackAll(Task running);
}
