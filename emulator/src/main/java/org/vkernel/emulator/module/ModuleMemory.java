package org.vkernel.emulator.module;

import com.google.common.collect.ImmutableList;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.check.Moment;
import org.vkernel.emulator.check.Reporter;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KernelBuffer;
import org.vkernel.emulator.sched.Scheduler;

/**
 * What modules have allocated by {@code kmalloc()}: bytes, and Java objects of theirs that stand
 * for C's structures.
 */
final class ModuleMemory {
    /** How many freed objects are remembered: the quarantine's size. */
    private static final int QUARANTINE = 4096;

    private final VirtualKernel kernel;
    private final @Nullable Reporter reporter;
    private final AtomicLong count = new AtomicLong();

    /** What is allocated, by the number of its object. */
    private final Map<Integer, Allocation> live = new ConcurrentHashMap<>();

    // On the simulated machine alone, where one task runs at a time.
    private final Map<Long, Allocation> freed = new HashMap<>();
    private final ArrayDeque<Long> quarantine = new ArrayDeque<>();

    /** Memory that a module has. */
    private static final class Allocation {
        private final Module owner;
        private final int object;
        private final Object value;
        private final String text;
        private final long number;
        private final @Nullable Moment allocated;
        private @Nullable Moment freed;

        Allocation(
                Module owner,
                int object,
                Object value,
                String text,
                long number,
                @Nullable Moment allocated) {
            this.owner = owner;
            this.object = object;
            this.value = value;
            this.text = text;
            this.number = number;
            this.allocated = allocated;
        }

        long number() {
            return number;
        }

        ImmutableList<BugReport.Place> places() {
            ImmutableList.Builder<BugReport.Place> places = ImmutableList.builder();
            if (allocated != null) {
                places.add(allocated.place("Allocated"));
            }
            Moment end = freed;
            if (end != null) {
                places.add(end.place("Freed"));
            }
            return places.build();
        }
    }

    ModuleMemory(VirtualKernel kernel) {
        this.kernel = kernel;
        this.reporter = kernel.config().has(Check.MEMORY) ? kernel::report : null;
    }

    private Moment now() {
        Scheduler sched = kernel.sched();
        return sched.moment(sched.current());
    }

    // ---- Allocating --------------------------------------------------------------------------

    @Nullable KernelBuffer kmalloc(Module owner, int bytes, GfpMask gfp) {
        KernelBuffer buffer = KernelBuffer.alloc(kernel.mm(), kernel.sched(), bytes, gfp, reporter);
        if (buffer != null) {
            add(owner, buffer.object(), buffer, buffer.toString());
        }
        return buffer;
    }

    <T> @Nullable T kmalloc(Module owner, Supplier<T> constructor, int bytes, GfpMask gfp) {
        int object = kernel.mm().kmalloc(bytes, gfp);
        if (object == 0) {
            return null;
        }
        T value = constructor.get();
        add(owner, object, value, value.getClass().getSimpleName() + " of " + bytes + " bytes");
        return value;
    }

    private void add(Module owner, int object, Object value, String text) {
        Moment here = reporter != null || kernel.config().has(Check.LEAKS) ? now() : null;
        live.put(object, new Allocation(owner, object, value, text, count.incrementAndGet(), here));
    }

    // ---- Freeing -----------------------------------------------------------------------------

    void kfree(@Nullable Object value) {
        if (value instanceof KernelBuffer buffer) {
            var _ = live.remove(buffer.object());
            buffer.free(kernel.mm());
        } else if (value != null) {
            free(value);
        }
    }

    @SuppressWarnings("ReferenceEquality") // memory is itself, whatever equals() says
    private void free(Object value) {
        for (Allocation one : live.values()) {
            if (one.value == value) {
                live.remove(one.object);
                bury(one);
                kernel.mm().kfree(one.object);
                return;
            }
        }
        Reporter to = reporter;
        if (to == null) {
            return;
        }
        for (Allocation one : freed.values()) {
            if (one.value == value) {
                to.report("double free", "kfree() of " + one.text, one.places());
                return;
            }
        }
        to.report(
                "free of what was not allocated",
                "kfree() of a " + value.getClass().getSimpleName() + " that kmalloc() did not give",
                ImmutableList.of());
    }

    /** Its accesses are reported from now on, where the module's code has points. */
    private void bury(Allocation one) {
        if (reporter == null || kernel.sched().sim() == null) {
            return;
        }
        one.freed = now();
        long number = numberOf(one.value);
        if (freed.put(number, one) == null) {
            quarantine.add(number);
        }
        if (quarantine.size() > QUARANTINE) {
            freed.remove(quarantine.remove());
        }
    }

    /** The number that the instrumented code gave to an object; 0 if it gives none. */
    private static long numberOf(Object value) {
        Class<?> type = value.getClass();
        while (type != null) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(Synthetic.ID)) {
                    return read(field, value);
                }
            }
            type = type.getSuperclass();
        }
        return 0;
    }

    private static long read(Field field, Object value) {
        field.setAccessible(true);
        try {
            return field.getLong(value);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- Checks ------------------------------------------------------------------------------

    /** A field of a module's object is accessed; {@code number} is the object's. */
    void checkAccess(long number, ModuleSites.Site site, boolean write) {
        Allocation one = freed.isEmpty() || number == 0 ? null : freed.get(number);
        Reporter to = reporter;
        if (one != null && to != null) {
            to.report(
                    "use after free",
                    (write ? "write to " : "read of ") + site.target() + " in " + one.text,
                    one.places());
        }
    }

    /** Whether nothing was freed that could be used. */
    boolean hasNothingFreed() {
        return freed.isEmpty();
    }

    /** What {@code module} has allocated and not freed, oldest first. */
    List<Leftover> leftBy(Module module) {
        List<Allocation> left = new ArrayList<>();
        for (Allocation one : live.values()) {
            if (one.owner == module) {
                left.add(one);
            }
        }
        left.sort(Comparator.comparingLong(Allocation::number));
        return left.stream().map(one -> new Leftover(one.text, one.places())).toList();
    }
}
