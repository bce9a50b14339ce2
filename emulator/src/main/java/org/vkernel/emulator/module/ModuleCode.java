package org.vkernel.emulator.module;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.check.Moment;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SpinCondition;
import org.vkernel.emulator.sched.Task;

/**
 * What may call the code of modules, and what does now.
 *
 * <p>Code belongs to the module whose class loader its class has. What is armed when the module
 * goes is a leak; what is called afterwards, or has not returned, is a use after unload.
 */
final class ModuleCode implements CodeWatch {
    private static final String RULE = "use after unload";

    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final boolean reportsCalls;
    private final AtomicLong count = new AtomicLong();

    /** Modules by their class loader: those that are loaded, and those that left something. */
    private final Map<ClassLoader, Module> owners = new ConcurrentHashMap<>();

    private final Map<Object, Armed> armed = new ConcurrentHashMap<>();
    private final Map<Task, Call> calls = new ConcurrentHashMap<>();

    /** Something that will call a module's code, or did: kept until that has returned. */
    private static final class Armed {
        private final Module owner;
        private final Kind kind;
        private final String name;
        private final long number;
        private final Moment moment;
        private volatile boolean pending = true;

        /** For the module's unloading alone. */
        private boolean reported;

        Armed(Module owner, Kind kind, String name, long number, Moment moment) {
            this.owner = owner;
            this.kind = kind;
            this.name = name;
            this.number = number;
            this.moment = moment;
        }

        long number() {
            return number;
        }

        String text() {
            return kind.noun() + " " + name;
        }

        BugReport.Place place() {
            return moment.place(kind.verb());
        }
    }

    /** A call of a module's code that goes on; {@code below} is what it interrupted. */
    private record Call(Module owner, Object code, Object thing, Armed by, @Nullable Call below) {}

    ModuleCode(VirtualKernel kernel) {
        this.kernel = kernel;
        this.sched = kernel.sched();
        this.reportsCalls = kernel.config().has(Check.MEMORY);
    }

    // ---- Whose code it is --------------------------------------------------------------------

    /** From now on code of that class loader is {@code module}'s. */
    void loaded(Module module, LoadedModule copy) {
        owners.put(copy.moduleClass().getClassLoader(), module);
    }

    /** The copy is given back: its class loader may be another module's next. */
    void released(Module module, LoadedModule copy) {
        var _ = owners.remove(copy.moduleClass().getClassLoader());
        armed.values().removeIf(one -> one.owner == module);
    }

    private @Nullable Module ownerOf(Object code) {
        return code.getClass().getClassLoader() instanceof ModuleImage image
                ? owners.get(image)
                : null;
    }

    // ---- What is told ------------------------------------------------------------------------

    @Override
    public void armed(Kind kind, Object thing, String name, Object code) {
        Module owner = ownerOf(code);
        if (owner != null) {
            armed.put(thing, note(owner, kind, name));
        }
    }

    private Armed note(Module owner, Kind kind, String name) {
        Task task = sched.current();
        return new Armed(owner, kind, name, count.incrementAndGet(), sched.moment(task));
    }

    @Override
    public void disarmed(Object thing) {
        Armed one = armed.get(thing);
        if (one != null) {
            one.pending = false;
        }
    }

    @Override
    public boolean enter(Kind kind, Object thing, String name, Object code) {
        Module owner = ownerOf(code);
        if (owner == null) {
            return true;
        }
        Armed by = armed.get(thing);
        if (by == null) {
            by = note(owner, kind, name);
        }
        if (owner.isGone() && reportsCalls) {
            report(owner, by, "is called");
            return false;
        }
        Task task = sched.current();
        calls.put(task, new Call(owner, code, thing, by, calls.get(task)));
        task.enterModule();
        return true;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // code is itself, whatever it is equal to
    public void leave(Object code) {
        Task task = sched.current();
        Call call = calls.get(task);
        if (call == null || call.code != code) {
            return;
        }
        task.leaveModule();
        if (call.below == null) {
            calls.remove(task);
        } else {
            calls.put(task, call.below);
        }
        if (!call.by.pending) {
            var _ = armed.remove(call.thing, call.by);
        }
        if (call.owner.isGone() && reportsCalls) {
            report(call.owner, call.by, "returns");
        }
    }

    private void report(Module owner, Armed by, String what) {
        ImmutableList.Builder<BugReport.Place> places = ImmutableList.builder();
        places.add(by.place());
        Moment unloaded = owner.unloadedAt();
        if (unloaded != null) {
            places.add(unloaded.place("Unloaded"));
        }
        kernel.report(
                RULE,
                by.text() + " " + what + ", but its module " + owner.name() + " is gone",
                StackTraces.here(),
                places.build());
    }

    // ---- When a module goes ------------------------------------------------------------------

    /**
     * What is armed that calls {@code module}'s code, and what is in the middle of that, in the
     * order of arming; tells each once.
     */
    List<Leftover> leftBy(Module module) {
        List<Leftover> found = new ArrayList<>(armedBy(module));
        for (Call top : calls.values()) {
            for (Call call = top; call != null; call = call.below) {
                if (call.owner == module && !call.by.kind.isAtomic() && !call.by.reported) {
                    call.by.reported = true;
                    found.add(
                            new Leftover(
                                    call.by.text() + " running",
                                    ImmutableList.of(call.by.place())));
                }
            }
        }
        return found;
    }

    /** What is armed that calls {@code module}'s code, in the order of arming; tells each once. */
    List<Leftover> armedBy(Module module) {
        List<Armed> left = new ArrayList<>();
        for (Map.Entry<Object, Armed> entry : armed.entrySet()) {
            Armed one = entry.getValue();
            if (one.owner == module && one.pending && !one.reported) {
                left.add(one);
            }
        }
        left.sort(Comparator.comparingLong(Armed::number));
        List<Leftover> found = new ArrayList<>();
        for (Armed one : left) {
            one.reported = true;
            found.add(new Leftover(one.text(), ImmutableList.of(one.place())));
        }
        return found;
    }

    /** Whether a task is in the middle of {@code module}'s code. */
    boolean isRunning(Module module) {
        return isRunning(module, false);
    }

    private boolean isRunning(Module module, boolean atomicOnly) {
        for (Call top : calls.values()) {
            for (Call call = top; call != null; call = call.below) {
                if (call.owner == module && (!atomicOnly || call.by.kind.isAtomic())) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Waits for those calls that run where nothing can preempt them: {@code synchronize_rcu()}
     * covers them since Linux 4.20.
     */
    void awaitAtomicCalls(Module module) {
        if (!isRunning(module, true)) {
            return;
        }
        sched.spin(
                new SpinCondition() {
                    @Override
                    public boolean isReady(Task task) {
                        return !isRunning(module, true);
                    }

                    @Override
                    public String describeWait() {
                        return "functions of " + module + " to return";
                    }
                });
    }

    /** What a module's code meets at its next point after it has gone. */
    ModulePoints pointsOfGone(Module module) {
        return new GonePoints(module);
    }

    private final class GonePoints implements ModulePoints {
        private final Module module;

        GonePoints(Module module) {
            this.module = module;
        }

        private Error end() {
            Call call = calls.get(sched.current());
            if (call != null && call.owner == module && reportsCalls) {
                calls.remove(sched.current());
                report(module, call.by, "still runs");
            }
            return new ModuleReleasedError();
        }

        @Override
        public void fieldAccess(long object, int site, boolean write) {
            throw end();
        }

        @Override
        public void arrayAccess(Object array, int index, int site, boolean write) {
            throw end();
        }

        @Override
        public void backEdge(int site) {
            throw end();
        }

        @Override
        public long newObject() {
            throw end();
        }
    }
}
