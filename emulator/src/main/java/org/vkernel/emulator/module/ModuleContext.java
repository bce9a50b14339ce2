package org.vkernel.emulator.module;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.kthread.Kthread;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.locking.Mutex;
import org.vkernel.emulator.locking.RefCount;
import org.vkernel.emulator.locking.RwLock;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.locking.WaitQueue;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.mm.KernelBuffer;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.time.Timer;

/** The kernel as one module sees it. Handed to {@link KernelModule#init} and {@code exit}. */
public final class ModuleContext {
    private final VirtualKernel kernel;
    private final Modules modules;
    private final Module module;

    ModuleContext(VirtualKernel kernel, Modules modules, Module module) {
        this.kernel = kernel;
        this.modules = modules;
        this.module = module;
    }

    /** The kernel, for all that has no short form here. */
    public VirtualKernel kernel() {
        return kernel;
    }

    /** {@code THIS_MODULE}. */
    public Module thisModule() {
        return module;
    }

    /**
     * The part of the kernel of this type. If a module provides it, that one stays loaded while
     * this one is, as with a symbol that is linked to ({@code ref_module()}). Context: process, of
     * {@code init}; sleeps.
     *
     * @throws UnknownSymbolException if nothing loaded provides it: {@code insmod} then fails with
     *     {@code ENOENT}; or without memory for the link, with {@code ENOMEM}
     */
    @SuppressWarnings("ReferenceEquality") // whether it is the same part, not one like it
    public <T> T use(Class<T> type) {
        T part = kernel.find(type);
        int error = part == null ? -Errno.ENOENT : modules.link(module, type);
        if (error == 0 && part != null) {
            // Looked up again, since its module may have gone before it was pinned.
            if (kernel.find(type) == part) {
                return part;
            }
            error = -Errno.ENOENT;
        }
        throw new UnknownSymbolException(type.getSimpleName(), error);
    }

    /** Makes a part of this module known to others, as {@code EXPORT_SYMBOL()} does. */
    public <T> void export(Class<T> type, T part) {
        modules.export(module, type, part);
    }

    /** An object that the host handed over for this module's class, or null. */
    public <T> @Nullable T handedOver(Class<T> type) {
        return kernel.find(type);
    }

    // ---- Short forms -------------------------------------------------------------------------

    /** {@code printk()}: writes a line into the kernel's log. Context: any. Sleeps: never. */
    @FormatMethod
    public void printk(LogLevel level, @FormatString String format, Object... args) {
        kernel.printk(level, format, args);
    }

    /** {@code jiffies}. */
    public long jiffies() {
        return kernel.clock().jiffies();
    }

    /** {@code HZ}: ticks a second. */
    public int hz() {
        return kernel.clock().hz();
    }

    /** {@code ktime_get_ns()}: nanoseconds since boot. */
    public long ktime() {
        return kernel.clock().ns();
    }

    /** {@code get_random_u64()}: from the machine's own source, the same for the same seed. */
    public long prandom() {
        return kernel.random();
    }

    /** {@code timer_setup()}: a timer that runs {@code function} in softirq context. */
    public Timer timer(String name, Timer.Function function) {
        return new Timer(kernel.timers(), name, function);
    }

    /**
     * {@code kthread_run()}: starts a kernel thread. Context: process.
     *
     * @param body what it does; it must have returned before the module is gone: see {@link
     *     Kthread#stop}
     * @return null if there is no memory for one: {@code ERR_PTR(-ENOMEM)}
     */
    public @Nullable Kthread kthreadRun(String name, Kthread.Body body) {
        return kernel.kthreads().run(name, body);
    }

    // ---- Memory ------------------------------------------------------------------------------

    /**
     * {@code kmalloc()}: bytes that the module may use until it gives them to {@link #kfree}, and
     * must give back before it goes. They hold no zeros but what was there before.
     *
     * <p>Context: any. Sleeps: if {@code gfp} allows it.
     *
     * @return null if there is no memory, which {@code init} answers with {@code -ENOMEM}
     */
    public @Nullable KernelBuffer kmalloc(int bytes, GfpMask gfp) {
        return modules.memory().kmalloc(module, bytes, gfp);
    }

    /** {@code kzalloc()}: as {@link #kmalloc(int, GfpMask)}, but filled with zeros. */
    public @Nullable KernelBuffer kzalloc(int bytes, GfpMask gfp) {
        return kmalloc(bytes, gfp.with(GfpMask.Flag.ZERO));
    }

    /**
     * {@code kmalloc(sizeof(struct foo))}: an object of a class of the module's own that lives in
     * allocated memory, and is freed by {@link #kfree}.
     *
     * <pre>{@code
     * Session session = kernel.kmalloc(Session::new, 64, GfpMask.KERNEL);
     * if (session == null) {
     *     return -Errno.ENOMEM;
     * }
     * ...
     * kernel.kfree(session);
     * session.count++; // a use after free
     * }</pre>
     *
     * <p>Context: any. Sleeps: if {@code gfp} allows it. N.B. Accesses to its fields after the free
     * are seen on the simulated machine only, and not those of records and final fields.
     *
     * @param bytes how much memory it takes
     * @return null if there is no memory
     */
    public <T> @Nullable T kmalloc(Supplier<T> constructor, int bytes, GfpMask gfp) {
        return modules.memory().kmalloc(module, constructor, bytes, gfp);
    }

    /** {@code kfree()}: frees what {@code kmalloc} gave; null is passed over. Context: any. */
    public void kfree(@Nullable Object memory) {
        modules.memory().kfree(memory);
    }

    // ---- Locks and waiting -------------------------------------------------------------------

    /** {@code spin_lock_init()}. */
    public SpinLock spinLock(String name) {
        return new SpinLock(kernel.sched(), name);
    }

    /** {@code rwlock_init()}. */
    public RwLock rwLock(String name) {
        return new RwLock(kernel.sched(), name);
    }

    /** {@code mutex_init()}. */
    public Mutex mutex(String name) {
        return new Mutex(kernel.sched(), name);
    }

    /** {@code ATOMIC_INIT()}. */
    public AtomicInt atomic(int initial) {
        return new AtomicInt(kernel.sched(), initial);
    }

    /**
     * {@code refcount_set()}: a count of references.
     *
     * @param name what it counts the references to, for reports
     */
    public RefCount refCount(String name, int initial) {
        return new RefCount(kernel.sched(), name, initial);
    }

    /** {@code init_completion()}. */
    public Completion completion(String name) {
        Completion made = new Completion(kernel.sched(), name);
        module.addWaitQueue(made.waitQueue());
        return made;
    }

    /** {@code init_waitqueue_head()}. */
    public WaitQueue waitQueue(String name) {
        WaitQueue made = new WaitQueue(kernel.sched(), name);
        module.addWaitQueue(made);
        return made;
    }
}
