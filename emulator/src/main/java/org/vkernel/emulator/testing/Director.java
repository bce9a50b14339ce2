package org.vkernel.emulator.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.sched.Alternatives;
import org.vkernel.emulator.sched.ChoiceKind;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.emulator.sched.Task;

/**
 * A schedule written by hand: which task runs, and until what has happened. For a test that shows
 * what one order of events leads to.
 *
 * <pre>{@code
 * Director director = new Director();
 * KernelConfig config = director.direct(KernelConfig.simulated(1));
 * ...
 * director.run("sender").until(() -> queued);
 * director.run("receiver").until(() -> received);
 * director.start();
 * }</pre>
 *
 * <p>Before the start, and after the last scene, whatever runs goes on. A task that cannot run in
 * its scene leaves the choice to the others, in turn.
 */
public final class Director implements Strategy {
    /** One scene. */
    private record Scene(String comm, BooleanSupplier end) {}

    private final List<Scene> scenes = new ArrayList<>();
    private boolean started;
    private int next;
    private int others;

    /** This configuration, under this direction; for one kernel. */
    public KernelConfig direct(KernelConfig config) {
        return config.strategy(seed -> this);
    }

    /** The second half of a scene: see {@link #run}. */
    @FunctionalInterface
    public interface Until {
        /** Ends the scene at the question behind {@code count} others. */
        default void questions(int count) {
            int[] left = {count};
            until(() -> left[0]-- <= 0);
        }

        /**
         * Ends the scene at the first question at which {@code end} holds, which touches no shared
         * memory of the kernel.
         */
        void until(BooleanSupplier end);
    }

    /** Adds a scene, in which the task of this name runs wherever it can. */
    public Until run(String comm) {
        return end -> scenes.add(new Scene(comm, end));
    }

    /** Begins with the first scene. */
    public void start() {
        started = true;
    }

    /** Whether all scenes have been played. */
    public boolean isOver() {
        return next == scenes.size();
    }

    @Override
    public String name() {
        return "director";
    }

    @Override
    public int choose(ChoiceKind kind, int count, Alternatives view) {
        if (!started || kind == ChoiceKind.FAULT || kind == ChoiceKind.TIME) {
            return 0;
        }
        while (!isOver() && scenes.get(next).end.getAsBoolean()) {
            next++;
        }
        if (isOver()) {
            return 0;
        }
        String comm = scenes.get(next).comm;
        for (int i = 0; i < count; i++) {
            @Nullable Task task = view.task(i);
            if (task != null && task.comm().equals(comm) && !view.isInterrupt(i)) {
                return i;
            }
        }
        return others++ % count; // so that nobody waits for ever for somebody who waits for it
    }
}
