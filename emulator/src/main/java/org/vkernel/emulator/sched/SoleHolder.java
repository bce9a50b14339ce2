package org.vkernel.emulator.sched;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Parallel machine: lets a task that is alone in calling the kernel keep all slots between its
 * calls. It then enters without an atomic operation, and needs none in the kernel either, since
 * {@link Scheduler#isSole nobody can come between}.
 *
 * <p>Whoever wants a slot meanwhile revokes that. Nothing tells a thread that reads and writes its
 * own fields only of what others wrote, so the revoker has the JVM do it: to look at another
 * thread's stack, HotSpot halts that at one of its safepoint polls, or when it is blocked, with all
 * that it wrote visible. At each poll {@link #reenter} and {@link #stay} have written before they
 * looked whether they were revoked.
 *
 * <p>Measured: a unicast of 64 bytes takes a tenth less, a multicast 15 %.
 */
final class SoleHolder {
    /** A task is alone after so many times of {@link ParallelMachine#LOOK_SYSCALLS} calls. */
    private static final int FIRST_PATIENCE = 1;

    /** A machine that was revoked often waits longer, up to this. */
    private static final int LAST_PATIENCE = 1 << 10;

    private static final VarHandle INSIDE;

    static {
        try {
            INSIDE = MethodHandles.lookup().findVarHandle(Task.class, "soleInside", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Scheduler sched;
    private final Cpu[] cpus;

    // Guarded by the monitor: who was looked at last, and what it had found then.
    private @Nullable Task candidate;
    private long tenures;
    private int patience = FIRST_PATIENCE;
    private int alone;

    SoleHolder(Scheduler sched) {
        this.sched = sched;
        this.cpus = sched.cpus;
    }

    /**
     * A task that kept the slots enters the kernel.
     *
     * @return whether it has its slot; if not, it was revoked, and has none
     */
    boolean reenter(Task task) {
        INSIDE.setOpaque(task, true);
        VarHandle.loadLoadFence(); // no instruction, but the compiler may not look earlier
        return sched.soleHolder == task || reenterRevoked(task);
    }

    private synchronized boolean reenterRevoked(Task task) {
        if (!task.sole) {
            return false;
        }
        // Whoever revoked it saw it inside, and left the rest to it.
        giveUp(task, task.cpu);
        return true;
    }

    /** It goes back to user code, and keeps the slots unless it was revoked. */
    boolean stay(Task task) {
        INSIDE.setRelease(task, false);
        VarHandle.loadLoadFence(); // as above
        if (sched.soleHolder == task) {
            return true;
        }
        release(task);
        return false;
    }

    /** The running task, which may keep the slots, gives them all up. */
    synchronized void release(Task task) {
        if (task.sole) {
            giveUp(task, null);
        }
    }

    /** The running task waits for others: all slots but its own are theirs. */
    synchronized void releaseOthers(Task task) {
        if (task.sole) {
            giveUp(task, task.cpu);
        }
    }

    /** Whether somebody waits for the slots that the running task keeps. */
    boolean isRevoked(Task task) {
        return sched.soleHolder != task;
    }

    private void giveUp(Task task, @Nullable Cpu kept) {
        sched.soleHolder = null;
        sched.sole = false;
        candidate = null;
        for (Cpu cpu : cpus) {
            if (cpu != kept) {
                cpu.release();
            }
        }
        // Last: a task that sees this while it enters takes a slot as others do, and has none yet.
        task.sole = false;
    }

    /** Has whoever keeps the slots give them up: at once, or when it leaves the kernel. */
    void revoke() {
        if (sched.soleHolder != null) {
            revokeSlow();
        }
    }

    private synchronized void revokeSlow() {
        Task task = sched.soleHolder;
        if (task == null) {
            return;
        }
        sched.soleHolder = null;
        patience = Math.min(LAST_PATIENCE, 2 * patience);
        Thread thread = task.thread;
        if (thread != null && thread != Thread.currentThread()) {
            var _ = thread.getStackTrace();
        }
        if (!(boolean) INSIDE.getAcquire(task)) {
            giveUp(task, null);
        }
    }

    /**
     * Gives all slots to a task that has made its last {@code calls} calls alone. Called by the
     * task, which has its own slot.
     */
    synchronized void consider(Task task, int calls) {
        long sum = 0;
        for (Cpu cpu : cpus) {
            sum += cpu.tenure;
        }
        boolean isAlone = candidate == task && sum - tenures == calls;
        candidate = task;
        tenures = sum;
        alone = isAlone ? alone + 1 : 0;
        if (alone >= patience && takeOthers(task)) {
            alone = 0;
            task.soleInside = true;
            task.sole = true;
            sched.sole = true;
            sched.soleHolder = task;
        }
    }

    private boolean takeOthers(Task task) {
        for (Cpu cpu : cpus) {
            if (cpu != task.cpu && !cpu.tryTake(task)) {
                for (Cpu taken : cpus) {
                    if (taken != task.cpu && taken.owner == task) {
                        taken.release();
                    }
                }
                return false;
            }
        }
        return true;
    }
}
