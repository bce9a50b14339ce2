package org.vkernel.emulator.module;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.Moment;
import org.vkernel.emulator.check.RefHistory;
import org.vkernel.emulator.check.Reporter;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.mm.Memory;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.shared.SharedRef;

/**
 * A module that is loaded: {@code struct module}.
 *
 * <p>Its reference count starts at 1, plus 1 while {@code init} runs; {@code lsmod} shows one less.
 */
public final class Module implements ModuleRef {
    private final Scheduler sched;
    private final String name;
    private final Class<? extends KernelModule> pattern;
    private final LoadMemory loadMemory;
    private final AtomicInt references;
    private final SharedRef<ModuleState> state;
    private final @Nullable RefHistory history;

    /** Modules that use this one; guarded by {@code module_mutex}. */
    private final List<Module> users = new ArrayList<>();

    /** Modules that this one uses; guarded by {@code module_mutex}. */
    private final List<Module> uses = new ArrayList<>();

    /** Those of its wait queues that have waiters. */
    private final Set<WaitQueue> waitQueues = ConcurrentHashMap.newKeySet();

    private final AtomicInteger waitQueueCount = new AtomicInteger();

    /** For the loader alone: whether something outside may still call its code. */
    private volatile boolean outlasted;

    /** For the checkers: when its code was freed. */
    private volatile @Nullable Moment unloadedAt;

    private long objectsBefore;
    private @Nullable LoadedModule loaded;
    private @Nullable KernelModule instance;

    Module(Scheduler sched, Memory memory, String name, Class<? extends KernelModule> pattern) {
        this.sched = sched;
        this.loadMemory = new LoadMemory(memory, sched);
        this.name = name;
        this.pattern = pattern;
        this.references = new AtomicInt(sched, 2);
        this.state = new SharedRef<>(sched, ModuleState.COMING);
        this.history =
                sched.refReporter() == null || !sched.notesHolders() ? null : new RefHistory();
    }

    public String name() {
        return name;
    }

    /** A wait queue is made that goes with the module. */
    void addWaitQueue(WaitQueue made) {
        if (sched.codeWatch() != null) {
            made.registerIn(waitQueues, waitQueueCount.incrementAndGet());
        }
    }

    /** Those of its wait queues that have waiters, in the order in which they were made. */
    List<WaitQueue> waitQueues() {
        return waitQueues.stream()
                .sorted(Comparator.comparingInt(WaitQueue::registryNumber))
                .toList();
    }

    /** What it consists of. */
    LoadMemory loadMemory() {
        return loadMemory;
    }

    /** The class that was named at load. */
    public Class<? extends KernelModule> pattern() {
        return pattern;
    }

    public ModuleState state() {
        ModuleState seen = state.rcuDereference();
        return seen == null ? ModuleState.GOING : seen;
    }

    void setState(ModuleState to) {
        state.rcuAssign(to);
    }

    /** References besides the base one ({@code module_refcount()}). */
    public int referenceCount() {
        return references.get() - 1;
    }

    /** The modules that use this one, oldest first. */
    public List<Module> users() {
        return users;
    }

    List<Module> uses() {
        return uses;
    }

    void bind(@Nullable LoadedModule copy, KernelModule object) {
        loaded = copy;
        instance = object;
    }

    void setLoaded(LoadedModule copy) {
        loaded = copy;
    }

    @Nullable LoadedModule loaded() {
        return loaded;
    }

    KernelModule instance() {
        return Objects.requireNonNull(instance);
    }

    /** Says that something outside holds code of it, and may call it when the module is gone. */
    void setOutlasted() {
        outlasted = true;
    }

    boolean isOutlasted() {
        return outlasted;
    }

    /** For the checkers: how many objects had been allocated before it was loaded. */
    long objectsBefore() {
        return objectsBefore;
    }

    void setObjectsBefore(long count) {
        objectsBefore = count;
    }

    void setUnloadedAt(Moment moment) {
        unloadedAt = moment;
    }

    @Nullable Moment unloadedAt() {
        return unloadedAt;
    }

    /** For the checkers: whether its code was freed while somebody could call it. */
    boolean isGone() {
        return unloadedAt != null;
    }

    /** Whether {@code code} is of a class of this module. */
    @SuppressWarnings("ReferenceEquality") // a class loader is itself and nobody else
    boolean owns(Object code) {
        KernelModule object = instance;
        return object != null
                && object.getClass().getClassLoader() == code.getClass().getClassLoader()
                && loaded != null;
    }

    @Override
    public boolean tryGet() {
        boolean taken = state() != ModuleState.GOING && references.incrementNotZero();
        RefHistory past = history;
        if (taken && past != null) {
            Task task = sched.current();
            past.noteTaken(sched.moment(task));
        }
        return taken;
    }

    /** Where its reference count was changed last, as far as that was noted. */
    ImmutableList<BugReport.Place> lastChanges() {
        RefHistory past = history;
        return past == null ? ImmutableList.of() : past.places();
    }

    @Override
    public void put() {
        int left = references.decrementAndGet();
        Reporter reporter = sched.refReporter();
        if (left < 0 && reporter != null) {
            reporter.report("module_put() without a reference", name, lastChanges());
        }
        RefHistory past = history;
        if (past != null) {
            Task task = sched.current();
            past.noteDropped(sched.moment(task));
        }
    }

    /** {@code try_release_module_ref()}: drops the base reference if it is the only one. */
    boolean tryRelease() {
        return references.compareAndSet(1, 0);
    }

    @Override
    public String toString() {
        return name;
    }
}
