package org.vkernel.emulator.module;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Loads modules: a pool of copies of their classes, each in a class loader of its own.
 *
 * <p>A copy has one user at a time; kernels alive at once never share one. To a module of a
 * top-level class belong the classes of its package that its code names, to one of a nested class
 * that class and those nested in it. All others, the host of a nested class and its siblings
 * included, are the ones that the rest of the program sees. So an object that is handed between a
 * module and the rest of the program must be of a class outside the module.
 *
 * <p>Differs from Java: the static initialisers of all the module's classes run when the module is
 * started, not each at its class's first use, so that the static variables are there before any
 * code of the module runs, as the data of a Linux module is. Among themselves they run as in Java:
 * a class that another one needs comes first. An enum's constants are made once for a copy, out of
 * the kernel's sight; a copy with an enum that has other state serves only one load.
 *
 * <p>Copies are made when none is idle, and kept when they are given back, up to {@link #IDLE_MAX}
 * for a pattern and {@link #PATTERNS_MAX} patterns; beyond that the pattern used longest ago goes.
 * The pool is the host's, not a kernel's: it outlives them, and serves all of a JVM's threads. The
 * lock is held for a few instructions, never while module code runs.
 */
public final class ModuleLoader {
    /** How many idle copies of a pattern are kept. */
    static final int IDLE_MAX = 16;

    /** Of how many patterns copies are kept; with and without points are two. */
    static final int PATTERNS_MAX = 64;

    private static final ModuleLoader SHARED = new ModuleLoader();

    private record Key(Class<?> pattern, boolean instrument) {}

    /** What is kept of one pattern. */
    private static final class Entry {
        private final PreparedModule prepared;
        private final Deque<ModuleImage> idle = new ArrayDeque<>();

        Entry(PreparedModule prepared) {
            this.prepared = prepared;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    ModuleLoader() {}

    /** The pool of this JVM. */
    public static ModuleLoader shared() {
        return SHARED;
    }

    /**
     * Gets a copy of the module that {@code pattern} stands for. Its static variables are zero
     * until it is started.
     *
     * @param instrument whether its code gets points, for the simulated machine
     * @throws ModuleRefusedException if its code uses what kernel code must not
     * @throws IllegalArgumentException if {@code pattern} cannot be a module at all
     */
    public LoadedModule acquire(Class<?> pattern, boolean instrument) {
        Key key = new Key(pattern, instrument);
        PreparedModule prepared;
        lock.lock();
        try {
            Entry entry = entries.get(key);
            ModuleImage idle = entry == null ? null : entry.idle.pollFirst();
            if (idle != null) {
                return new LoadedModule(this, idle);
            }
            prepared = entry == null ? null : entry.prepared;
        } finally {
            lock.unlock();
        }
        return new LoadedModule(this, new ModuleImage(prepared == null ? prepare(key) : prepared));
    }

    private PreparedModule prepare(Key key) {
        PreparedModule prepared = PreparedModule.of(key.pattern, key.instrument);
        lock.lock();
        try {
            Entry first = entries.putIfAbsent(key, new Entry(prepared));
            if (entries.size() > PATTERNS_MAX) {
                entries.remove(entries.keySet().iterator().next());
            }
            return first == null ? prepared : first.prepared;
        } finally {
            lock.unlock();
        }
    }

    /** Keeps a copy that was given back and cleared. */
    void putBack(ModuleImage image) {
        PreparedModule prepared = image.prepared();
        if (!prepared.isReusable()) {
            return;
        }
        lock.lock();
        try {
            Entry entry = entries.get(new Key(prepared.pattern(), prepared.isInstrumented()));
            if (entry != null && entry.prepared == prepared && entry.idle.size() < IDLE_MAX) {
                entry.idle.addFirst(image);
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many copies lie idle. */
    int idleCount() {
        lock.lock();
        try {
            return entries.values().stream().mapToInt(e -> e.idle.size()).sum();
        } finally {
            lock.unlock();
        }
    }
}
