package org.vkernel.emulator.module;

import com.google.common.base.CaseFormat;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.mm.ObjectTracker;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.sched.KernelHalt;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskExit;
import org.vkernel.emulator.trace.TraceKind;

/**
 * The loaded modules of one kernel (kernel/module/main.c).
 *
 * <p>Lock order: {@code module_mutex} is innermost; neither {@code init} nor {@code exit} runs
 * under it.
 */
public final class Modules {
    private static final TraceKind LOAD = TraceKind.of("module", "module_load", "result", "", "");
    private static final TraceKind FREE = TraceKind.of("module", "module_free", "", "", "");

    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final Mutex mutex;
    private final WaitQueue stateChanges;

    /** In the order of loading; changed under {@code mutex}. */
    private final List<Module> modules = new CopyOnWriteArrayList<>();

    private final Map<Class<?>, Module> exporters = new ConcurrentHashMap<>();
    private final @Nullable ModuleCode code;
    private final ModuleMemory memory;
    private final ModuleLeftovers leftovers;
    private @Nullable String lastError;

    /** Makes the empty table of a kernel. */
    public Modules(VirtualKernel kernel) {
        this.kernel = kernel;
        this.sched = kernel.sched();
        this.mutex = new Mutex(sched, "module_mutex");
        this.stateChanges = new WaitQueue(sched, "a module to be loaded or gone");
        this.memory = new ModuleMemory(kernel);
        boolean isWatched = kernel.config().has(Check.LEAKS) || kernel.config().has(Check.MEMORY);
        this.code = isWatched ? new ModuleCode(kernel) : null;
        this.leftovers = new ModuleLeftovers(kernel, memory, code);
        sched.setCodeWatch(code);
        kernel.proc().create("/proc/modules", this::show);
    }

    /** The name that a module's class bears in the kernel. */
    public static String nameOf(Class<? extends KernelModule> type) {
        ModuleInfo info = type.getAnnotation(ModuleInfo.class);
        return info != null && !info.name().isEmpty()
                ? info.name()
                : CaseFormat.UPPER_CAMEL.to(CaseFormat.LOWER_UNDERSCORE, type.getSimpleName());
    }

    /** The names of the parameters that a module's class has, in alphabetical order. */
    public static List<String> paramNames(Class<? extends KernelModule> type) {
        return new ModuleParams(type).names();
    }

    /**
     * What a module's parameter takes, in words, if {@code value} is no value for it; null if it
     * is. Nothing is set.
     *
     * @param name one of {@link #paramNames}
     */
    public static @Nullable String paramExpectation(
            Class<? extends KernelModule> type, String name, String value) {
        return new ModuleParams(type).expectedInsteadOf(value, name);
    }

    // ---- Loading -----------------------------------------------------------------------------

    /**
     * Loads a module and, before it, those that it depends on ({@code modprobe}).
     *
     * @return as {@link #insmod}; a module that is there already is no failure
     */
    public int modprobe(Class<? extends KernelModule> type, Map<String, String> params) {
        ModuleInfo info = type.getAnnotation(ModuleInfo.class);
        if (info != null) {
            for (Class<? extends KernelModule> needed : info.dependsOn()) {
                int error = find(nameOf(needed)) == null ? modprobe(needed, Map.of()) : 0;
                if (error != 0 && error != -Errno.EEXIST) {
                    return error;
                }
            }
        }
        return insmod(type, params);
    }

    /**
     * Loads a module: models {@code load_module()} and {@code do_init_module()}. Context: process;
     * sleeps.
     *
     * @param params what its parameters are set to, by name; unknown ones are ignored with a
     *     warning
     * @return 0; {@code -EPERM} for a user without {@code CAP_SYS_MODULE}; {@code -EEXIST} if it is
     *     there; {@code -EBUSY} if another load of it has just failed; {@code -EINVAL} for a bad
     *     value; {@code -ENOEXEC} if its class uses what kernel code must not; {@code -ENOENT} for
     *     an unknown symbol; {@code -ENOMEM}; or what its {@code init} returned
     */
    public int insmod(Class<? extends KernelModule> type, Map<String, String> params) {
        if (!kernel.currentIsCapable()) {
            return fail(nameOf(type) + ": Operation not permitted", -Errno.EPERM);
        }
        String name = nameOf(type);
        Module module = new Module(sched, kernel.mm(), name, type);
        ObjectTracker tracker = kernel.objectTracker();
        module.setObjectsBefore(tracker == null ? 0 : tracker.count());
        int error = module.loadMemory().allocLayout();
        if (error == 0) {
            error = addUnformed(module);
        }
        if (error != 0) {
            module.loadMemory().free();
            return fail("could not insert '" + name + "': " + Errno.text(-error), error);
        }
        int result = load(module, params);
        if (kernel.trace().isActive()) {
            kernel.trace().emit(LOAD, result, 0, 0, name);
        }
        return result;
    }

    /**
     * Adds it, unless one of the same name is there, whose load is waited out: models {@code
     * add_unformed_module()}.
     */
    private int addUnformed(Module module) {
        String name = module.name();
        mutex.lock();
        Module other = findLocked(name);
        if (other == null) {
            modules.add(module);
        }
        mutex.unlock();
        if (other == null) {
            return 0;
        }
        ModuleState state = other.state();
        if (state == ModuleState.COMING) {
            int interrupted =
                    stateChanges.waitEventInterruptible(
                            () -> other.state() != ModuleState.COMING || find(name) != other);
            if (interrupted != 0) {
                return -Errno.EINTR;
            }
            Module now = find(name);
            state = now == null ? ModuleState.GOING : now.state();
        }
        return state == ModuleState.LIVE ? -Errno.EEXIST : -Errno.EBUSY;
    }

    private int load(Module module, Map<String, String> params) {
        int error;
        try {
            error = form(module, params);
        } catch (ModuleRefusedException refused) {
            String why = String.valueOf(refused.getMessage());
            kernel.printk().write(LogLevel.ERR, why);
            remove(module);
            return fail(why, -Errno.ENOEXEC);
        }
        if (error != 0) {
            remove(module);
            return error;
        }
        return initialise(module);
    }

    private int form(Module module, Map<String, String> params) {
        Class<? extends KernelModule> type = module.pattern();
        Class<?> loadedType = type;
        LoadedModule copy = null;
        KernelModule object = null;
        if (ModuleParams.isCore(type)) {
            object = newCore(type);
        } else {
            boolean instrument = sched.sim() != null;
            copy = ModuleLoader.shared().acquire(type, instrument);
            module.setLoaded(copy);
            if (code != null) {
                code.loaded(module, copy);
            }
            if (instrument) {
                copy.start(
                        new SimPoints(Objects.requireNonNull(sched.sim()), copy.sites(), memory));
            } else {
                copy.start();
            }
            loadedType = copy.moduleClass();
        }
        int error = module.loadMemory().allocArgs(String.join(" ", params.values()).length() + 1);
        if (error == 0) {
            error = store(module, new ModuleParams(loadedType), object, params);
        }
        if (error == 0) {
            error = module.loadMemory().allocSysfs();
        }
        if (error != 0) {
            return error == -Errno.ENOMEM ? failLoad(module, error) : error;
        }
        if (copy != null) {
            object = copy.newInstance(KernelModule.class);
        }
        module.bind(copy, Objects.requireNonNull(object));
        return 0;
    }

    private int store(
            Module module,
            ModuleParams known,
            @Nullable KernelModule object,
            Map<String, String> params) {
        for (Map.Entry<String, String> param : params.entrySet()) {
            try {
                if (!known.set(object, param.getKey(), param.getValue())) {
                    kernel.printk()
                            .write(
                                    LogLevel.WARNING,
                                    module.name()
                                            + ": unknown parameter '"
                                            + param.getKey()
                                            + "' ignored");
                }
            } catch (ModuleParams.InvalidException invalid) {
                String message = module.name() + ": " + invalid.getMessage();
                kernel.printk().write(LogLevel.WARNING, message);
                return fail(message, -Errno.EINVAL);
            }
        }
        return 0;
    }

    private static KernelModule newCore(Class<? extends KernelModule> type) {
        try {
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(
                    type.getName()
                            + " cannot be made: a module has a constructor without arguments",
                    e);
        }
    }

    private int init(Module module) {
        Task task = sched.current();
        task.enterModule();
        try {
            return module.instance().init(new ModuleContext(kernel, this, module));
        } finally {
            task.leaveModule();
        }
    }

    private int initialise(Module module) {
        int result = -Errno.ENOMEM;
        boolean isReady = module.loadMemory().allocFreeInit();
        try {
            if (isReady) {
                result = init(module);
            }
        } catch (UnknownSymbolException unknown) {
            result = unknown.error();
            String message =
                    module.name()
                            + ": Unknown symbol "
                            + unknown.symbol()
                            + " (err "
                            + result
                            + ")";
            kernel.printk().write(LogLevel.WARNING, message);
        } catch (KernelHalt | TaskExit end) {
            throw end;
        } catch (Throwable thrown) {
            kernel.oops(thrown);
            result = -Errno.EFAULT; // the task that ran insmod dies in Linux; here it goes on
        }
        module.loadMemory().freeFreeInit();
        if (result < 0) {
            module.setState(ModuleState.GOING);
            letGo(module);
            remove(module);
            return failLoad(module, result);
        }
        if (result > 0) {
            kernel.printk()
                    .write(
                            LogLevel.WARNING,
                            "do_init_module: '"
                                    + module.name()
                                    + "'->init suspiciously returned "
                                    + result
                                    + ", it should follow 0/-E convention");
        }
        module.setState(ModuleState.LIVE);
        module.put();
        stateChanges.wakeUpAll();
        return 0;
    }

    private int failLoad(Module module, int error) {
        return fail("could not insert '" + module.name() + "': " + Errno.text(-error), error);
    }

    private int fail(String why, int error) {
        lastError = why;
        return error;
    }

    /** Why the last load or unload failed, in words; null if none has. */
    public @Nullable String lastError() {
        return lastError;
    }

    // ---- Unloading ---------------------------------------------------------------------------

    /**
     * Unloads a module: models {@code delete_module()}. Context: process; sleeps.
     *
     * @return 0; {@code -EPERM}; {@code -ENOENT}; {@code -EWOULDBLOCK} if it is used; {@code
     *     -EBUSY} if it is not live
     */
    public int rmmod(String name) {
        if (!kernel.currentIsCapable()) {
            return -Errno.EPERM;
        }
        mutex.lock();
        Module module = findLocked(name);
        int error = module == null ? -Errno.ENOENT : tryStop(module);
        mutex.unlock();
        if (error != 0 || module == null) {
            return fail("could not remove '" + name + "': " + Errno.text(-error), error);
        }
        Task task = sched.current();
        task.enterModule();
        try {
            module.instance().exit(new ModuleContext(kernel, this, module));
        } catch (KernelHalt | TaskExit end) {
            throw end;
        } catch (Throwable thrown) {
            kernel.oops(thrown);
        } finally {
            task.leaveModule();
        }
        letGo(module);
        remove(module);
        if (kernel.trace().isActive()) {
            kernel.trace().emit(FREE, 0, 0, 0, name);
        }
        return 0;
    }

    /** Nobody may use the module any more; says so of whoever does, or will. */
    private void letGo(Module module) {
        leftovers.check(module, false);
        kernel.rcu().synchronize();
        if (code != null) {
            code.awaitAtomicCalls(module);
            leftovers.check(module, true); // a function that ran may have armed its timer once more
        }
    }

    private static int tryStop(Module module) {
        if (!module.users().isEmpty()) {
            return -Errno.EWOULDBLOCK;
        }
        if (module.state() != ModuleState.LIVE) {
            return -Errno.EBUSY;
        }
        if (!module.tryRelease()) {
            return -Errno.EWOULDBLOCK;
        }
        module.setState(ModuleState.GOING);
        return 0;
    }

    private void remove(Module module) {
        mutex.lock();
        for (Module used : module.uses()) {
            used.users().remove(module);
            used.put();
        }
        module.uses().clear();
        exporters
                .entrySet()
                .removeIf(exported -> {
                    if (exported.getValue() == module) {
                        kernel.withdraw(exported.getKey());
                    }
                    return exported.getValue() == module;
                });
        modules.remove(module);
        mutex.unlock();
        module.loadMemory().free();
        LoadedModule copy = module.loaded();
        if (copy != null) {
            free(module, copy);
        }
        stateChanges.wakeUpAll();
    }

    private void free(Module module, LoadedModule copy) {
        boolean isOutlasted = module.isOutlasted() || (code != null && code.isRunning(module));
        if (code != null && isOutlasted) {
            module.setUnloadedAt(sched.moment(sched.current()));
            copy.discard(code.pointsOfGone(module));
        } else if (isOutlasted) {
            copy.discard(); // a later load must not get what somebody may still call
        } else {
            if (code != null) {
                code.released(module, copy);
            }
            copy.release();
        }
    }

    /** Unloads all that are left, newest first, as a shutdown does. */
    public void unloadAll() {
        for (Module module : ImmutableList.copyOf(modules).reverse()) {
            int error = rmmod(module.name());
            if (error != 0) {
                kernel.report(
                        "module cannot be unloaded at shutdown",
                        module.name() + ": " + Errno.name(error),
                        module.lastChanges());
            }
        }
    }

    /**
     * Gives back the copies of all modules, of a kernel that has ended.
     *
     * @param tasksAreLeft whether a task may still be in a module's code
     */
    public void releaseAll(boolean tasksAreLeft) {
        for (Module module : modules) {
            LoadedModule copy = module.loaded();
            if (copy != null) {
                if (tasksAreLeft) {
                    copy.discard();
                } else {
                    copy.release();
                }
            }
        }
        modules.clear();
    }

    /** Adds a check that each failed load and each unload is followed by. */
    public void addUnloadCheck(UnloadCheck check) {
        leftovers.add(check);
    }

    // ---- Symbols and look-ups ----------------------------------------------------------------

    /**
     * Notes that {@code user} uses what exports {@code type}: models {@code ref_module()}.
     *
     * @return 0; {@code -ENOENT} if that is on its way out; {@code -ENOMEM}
     */
    int link(Module user, Class<?> type) {
        Module used = exporters.get(type);
        if (used == null || used == user) {
            return 0;
        }
        mutex.lock();
        int error = user.uses().contains(used) ? 0 : add(user, used);
        mutex.unlock();
        return error;
    }

    /** Models {@code ref_module()}. */
    private static int add(Module user, Module used) {
        if (!used.tryGet()) {
            return -Errno.ENOENT;
        }
        if (!user.loadMemory().allocUse()) {
            used.put();
            return -Errno.ENOMEM;
        }
        user.uses().add(used);
        used.users().add(user);
        return 0;
    }

    /** What modules have allocated. */
    ModuleMemory memory() {
        return memory;
    }

    <T> void export(Module module, Class<T> type, T part) {
        kernel.provide(type, part);
        exporters.put(type, module);
    }

    /** The module of this name, or null. Context: process; sleeps. */
    public @Nullable Module find(String name) {
        mutex.lock();
        Module found = findLocked(name);
        mutex.unlock();
        return found;
    }

    private @Nullable Module findLocked(String name) {
        for (Module module : modules) {
            if (module.name().equals(name)) {
                return module;
            }
        }
        return null;
    }

    /** The module whose code {@code code} is, such as a callback; null for the kernel's own. */
    public @Nullable Module ownerOf(Object code) {
        for (Module module : modules) {
            if (module.owns(code)) {
                return module;
            }
        }
        return null;
    }

    /** As {@code m_show()}: newest first; sizes and addresses are not modelled. */
    private void show(StringBuilder text) {
        mutex.lock();
        for (Module module : modules.reversed()) {
            text.append(module.name())
                    .append(" " + LoadMemory.LAYOUT_BYTES + " ")
                    .append(module.referenceCount());
            if (module.users().isEmpty()) {
                text.append(" -");
            } else {
                text.append(' ');
                module.users().forEach(user -> text.append(user.name()).append(','));
            }
            text.append(' ').append(module.state().text()).append(" 0x0000000000000000\n");
        }
        mutex.unlock();
    }

    /** All modules, oldest first. */
    public List<Module> all() {
        return ImmutableList.copyOf(modules);
    }
}
