package org.vkernel.emulator.mm;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Moment;
import org.vkernel.emulator.check.Reporter;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/**
 * Notes where each object of the kernel's memory was allocated: for leaks and double frees. For the
 * simulated machine, where one task runs at a time.
 */
public final class ObjectTracker implements ObjectObserver {
    /** How many leaked objects a report shows the places of. */
    private static final int SHOWN = 8;

    /** What processes are made of: only the kernel allocates it, and often. */
    private static final ImmutableSet<String> PASSED_OVER =
            ImmutableSet.of(
                    "task_struct",
                    "cred",
                    "files_cache",
                    "fs_cache",
                    "mm_struct",
                    "pid",
                    "sighand_cache",
                    "signal_cache",
                    "dentry",
                    "vmalloc");

    private final Scheduler sched;
    private final @Nullable Reporter reporter;
    private final Map<Integer, Allocation> allocations = new HashMap<>();
    private long count;

    /** An object that was taken, and perhaps given back. */
    private static final class Allocation {
        private final String cache;
        private final long bytes;
        private final long number;
        private final Moment allocated;
        private boolean isFree;

        Allocation(String cache, long bytes, long number, Moment allocated) {
            this.cache = cache;
            this.bytes = bytes;
            this.number = number;
            this.allocated = allocated;
        }

        long number() {
            return number;
        }
    }

    /**
     * An object that somebody left.
     *
     * @param what what it is: {@code "kmalloc-64 object of 40 bytes"}
     * @param place where it was allocated
     */
    public record Left(String what, BugReport.Place place) {}

    /**
     * Makes a tracker of objects that are yet to be allocated.
     *
     * @param reporter where double frees are told; null: nowhere
     */
    public ObjectTracker(Scheduler sched, @Nullable Reporter reporter) {
        this.sched = sched;
        this.reporter = reporter;
    }

    @Override
    public void allocated(Task running, int object, String cache, long bytes, GfpMask gfp) {
        if (PASSED_OVER.contains(cache)) {
            allocations.remove(object); // the number may have been another's
            return;
        }
        Moment here = sched.allocation(running);
        allocations.put(object, new Allocation(cache, bytes, ++count, here));
    }

    @Override
    public void freed(Task running, int object, String cache) {
        Allocation one = allocations.get(object);
        if (one == null) {
            return; // passed over, or allocated before anybody watched
        }
        if (one.isFree && reporter != null) {
            reporter.report(
                    "double free",
                    "an object of " + cache,
                    ImmutableList.of(one.allocated.place("Allocated")));
        }
        one.isFree = true;
    }

    /** How many objects have been allocated so far. */
    public long count() {
        return count;
    }

    /** Where what is still allocated comes from, oldest first; not more than a report shows. */
    public ImmutableList<BugReport.Place> places() {
        return live(0).stream()
                .limit(SHOWN)
                .map(one -> one.allocated.place("Allocated (" + one.cache + ")"))
                .collect(ImmutableList.toImmutableList());
    }

    /**
     * What code of a class loader of this name allocated itself, and is still allocated, oldest
     * first.
     *
     * @param since only objects after so many
     */
    public List<Left> leftBy(String classLoader, long since) {
        List<Left> left = new ArrayList<>();
        for (Allocation one : live(since)) {
            if (classLoader.equals(one.allocated.classLoader(false))) {
                left.add(
                        new Left(
                                one.cache + " object of " + one.bytes + " bytes",
                                one.allocated.place("Allocated")));
            }
        }
        return left;
    }

    private List<Allocation> live(long since) {
        List<Allocation> live = new ArrayList<>();
        for (Allocation one : allocations.values()) {
            if (!one.isFree && one.number > since) {
                live.add(one);
            }
        }
        live.sort(Comparator.comparingLong(Allocation::number));
        return live;
    }
}
