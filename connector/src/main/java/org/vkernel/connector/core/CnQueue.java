package org.vkernel.connector.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.core.CnPolicies.GroupOfEntry;
import org.vkernel.connector.core.CnPolicies.LeftCallbacks;
import org.vkernel.connector.wire.CbId;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.CodeWatch;
import org.vkernel.emulator.check.KnownCounterExamples;
import org.vkernel.emulator.check.StackTraces;
import org.vkernel.emulator.locking.SpinLock;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.Module;
import org.vkernel.emulator.module.Modules;
import org.vkernel.emulator.printk.LogLevel;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.shared.AtomicInt;
import org.vkernel.emulator.shared.SharedMap;
import org.vkernel.emulator.skb.SkBuff;

/**
 * The registered callbacks: {@code struct cn_queue_dev} (drivers/connector/cn_queue.c).
 *
 * <p>Differs from Linux: a callback is found by hashing its id and not by walking the list, so that
 * no cost grows with their number. Whoever looks holds the lock either way, so nobody can tell; the
 * order of registration is kept for those who list them.
 */
final class CnQueue {
    /** Rules that Linux breaks as well; they stand in the table of known counter-examples. */
    static final String USED_BEFORE_WHOLE = "connector callback used before its group is set";

    static final String RUNS_AFTER_REMOVAL = "connector callback runs after its removal";
    static final String USED_BEFORE_INIT = "connector used before its queue is there";
    static final String WAITS_FOR_EVER = "connector exit waits for callbacks that stay for ever";

    /** {@code sizeof(struct cn_queue_dev)}. */
    private static final int SIZE = 72;

    /** {@code sizeof(struct cn_callback_entry)}. */
    private static final int ENTRY_SIZE = 88;

    private static final int WAIT_MSECS = 1000;

    /** So often is waited at the kernel's end, where nobody is left to give anything back. */
    private static final int LAST_WAITS = 3;

    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final String name;
    private final int object;

    /** One for each entry that lives, on the list or not ({@code refcnt}). */
    private final AtomicInt entries;

    private final LeftCallbacks leftCallbacks;
    private final SpinLock queueLock;
    private final GroupOfEntry groupOfEntry;

    /** In order of registration; guarded by {@link #queueLock}. */
    private final SharedMap<CallbackEntry> queueList;

    /** For checks alone: entries that are off the list while senders hold them. */
    private final List<CallbackEntry> outlasting = new CopyOnWriteArrayList<>();

    /** For checks alone: whether it is taken down again before it was ever ready. */
    private volatile boolean hasInitFailed;

    /** For checks alone: whether the memory is given back. */
    private volatile boolean freed;

    private CnQueue(VirtualKernel kernel, String name, int object) {
        this.object = object;
        this.kernel = kernel;
        this.sched = kernel.sched();
        this.name = name;
        this.entries = new AtomicInt(sched, 0);
        this.groupOfEntry = kernel.variants().policy(GroupOfEntry.class, GroupOfEntry.USUAL);
        this.leftCallbacks = kernel.variants().policy(LeftCallbacks.class, LeftCallbacks.USUAL);
        this.queueLock = new SpinLock(sched, "queue_lock");
        this.queueList = new SharedMap<>(sched);
    }

    /**
     * An empty queue, or null if there is no memory.
     *
     * <p>Models {@code cn_queue_alloc_dev()}. Context: process. Sleeps: may.
     */
    static @Nullable CnQueue alloc(VirtualKernel kernel, String name) {
        int object = kernel.mm().kmalloc(SIZE, GfpMask.KERNEL);
        return object == 0 ? null : new CnQueue(kernel, name, object);
    }

    private static long key(int idx, int val) {
        return (long) idx << 32 | Integer.toUnsignedLong(val);
    }

    private void lock() {
        lock(sched.current());
    }

    private void lock(Task running) {
        checkThere();
        queueLock.lockBh(running);
    }

    private void checkThere() {
        if (freed) {
            String what =
                    "the connector's "
                            + name
                            + (hasInitFailed
                                    ? " is used although cn_init() has failed"
                                    : " is used after cn_queue_free_dev()");
            kernel.report(
                    "use after free",
                    what,
                    StackTraces.here(),
                    KnownCounterExamples.isKnown("use after free", what));
        }
    }

    /**
     * Registers a callback.
     *
     * <p>Models {@code cn_queue_add_callback()}. N.B. as in Linux the entry can be found before its
     * group is set: a send without a group that comes in between goes to group 0, to nobody.
     *
     * <p>Context: process. Sleeps: may.
     *
     * @return 0; {@code -ENOMEM}; {@code -EINVAL} if the id is taken, whose callback stays
     */
    int add(CbId id, String callbackName, ConnectorCallback callback) {
        int memory = kernel.mm().kmalloc(ENTRY_SIZE, GfpMask.KERNEL);
        if (memory == 0) {
            return -Errno.ENOMEM;
        }
        CallbackEntry entry = new CallbackEntry(sched, id, callbackName, callback, memory);
        entries.incrementAndGet();
        boolean isSetFirst = groupOfEntry.isSetBeforeLinking();
        if (isSetFirst) {
            entry.assign();
        }
        lock();
        boolean isNew = queueList.putIfAbsent(key(id.idx(), id.val()), entry);
        queueLock.unlockBh();
        if (!isNew) {
            release(entry);
            return -Errno.EINVAL;
        }
        CodeWatch watch = sched.codeWatch();
        if (watch != null) {
            watch.armed(CodeWatch.Kind.CALLBACK, entry, nameOf(entry), callback);
        }
        if (!isSetFirst) {
            entry.assign();
        }
        return 0;
    }

    /** What it is called in reports. */
    static String nameOf(CallbackEntry entry) {
        return entry + " of the connector";
    }

    /**
     * Takes a callback off the list and returns it, for {@link #releaseUnlinked}; null if nobody
     * registered this id.
     *
     * <p>Models {@code cn_queue_del_callback()}. N.B. as in Linux it does not wait: a sender that
     * has found the entry before may call the callback afterwards.
     *
     * <p>Context: process or softirq. Sleeps: never.
     */
    @Nullable CallbackEntry unlink(CbId id) {
        lock();
        CallbackEntry entry = queueList.remove(key(id.idx(), id.val()));
        if (entry != null && entry.references().peek() > 1) {
            outlasting.add(entry);
        }
        queueLock.unlockBh();
        return entry;
    }

    /** Drops the list's reference to an entry that was unlinked. */
    void releaseUnlinked(CallbackEntry entry) {
        noteUnlinked(entry);
        entry.setRemovedBy(sched.current());
        release(entry);
    }

    /**
     * The entry of this id with a reference for the caller, or null.
     *
     * <p>Models the look-up in {@code cn_call_callback()}. Context: process or softirq. Sleeps:
     * never.
     */
    @Nullable CallbackEntry get(Task running, int idx, int val) {
        if (sched.sparesLocks()) {
            checkThere();
            return getLocked(idx, val);
        }
        lock(running);
        CallbackEntry entry = getLocked(idx, val);
        queueLock.unlockBh(running);
        return entry;
    }

    private @Nullable CallbackEntry getLocked(int idx, int val) {
        CallbackEntry entry = queueList.get(key(idx, val));
        if (entry != null) {
            entry.references().increment();
        }
        return entry;
    }

    /** What hands over a message under the lock: see {@link #submit}. */
    interface Submitter {
        /** Hands {@code skb} to {@code entry}; 0 or a negative errno. Sleeps: never. */
        int submit(CallbackEntry entry, SkBuff skb);
    }

    /**
     * Has {@code submitter} hand a message to the entry of this id, which cannot be unlinked
     * meanwhile.
     *
     * <p>Models {@code cn_call_callback()} of the queued era. Context: process or softirq. Sleeps:
     * never.
     *
     * @return what {@code submitter} returns, or {@code -ENODEV}
     */
    int submit(int idx, int val, SkBuff skb, Submitter submitter) {
        lock();
        CallbackEntry entry = queueList.get(key(idx, val));
        int result = entry == null ? -Errno.ENODEV : submitter.submit(entry, skb);
        queueLock.unlockBh();
        return result;
    }

    /**
     * The group of the callback with this id.
     *
     * <p>Models the look-up in {@code cn_netlink_send_mult()}. Context: process or softirq. Sleeps:
     * never.
     *
     * @return the group, unsigned, or {@code -ENODEV}
     */
    long groupOf(int idx, int val) {
        lock();
        CallbackEntry entry = queueList.get(key(idx, val));
        int group = entry == null ? 0 : entry.group();
        queueLock.unlockBh();
        if (entry == null) {
            return -Errno.ENODEV;
        }
        if (group != idx) {
            reportKnown(USED_BEFORE_WHOLE, entry + " is found by a send before its group is set");
        }
        return Integer.toUnsignedLong(group);
    }

    /** Drops a reference; the last one frees. Models {@code cn_queue_release_callback()}. */
    void release(CallbackEntry entry) {
        if (entry.references().decrementAndTest()) {
            entries.decrementAndGet();
            kernel.mm().kfree(entry.object());
            if (!outlasting.isEmpty()) {
                outlasting.remove(entry);
            }
        }
    }

    /** Shows each entry, in order of registration, under the lock. */
    void forEach(Consumer<? super CallbackEntry> action) {
        lock();
        queueList.forEach(action);
        queueLock.unlockBh();
    }

    /**
     * Takes all callbacks off and frees the queue, once nobody uses any of them.
     *
     * <p>Models {@code cn_queue_free_dev()}. N.B. as in Linux it drops no reference for a callback
     * that nobody took off, and so waits for ever if there is one. Differs from Linux: it gives up
     * when the kernel shuts down, where Linux unloads nothing.
     *
     * <p>Context: process. Sleeps: may.
     */
    void free() {
        List<CallbackEntry> left = leftCallbacks.kept(this, unlinkAll());
        if (!left.isEmpty()) {
            reportKnown(WAITS_FOR_EVER, "callbacks that nobody took off: " + left);
        }
        int waits = 0;
        for (int users = entries.get(); users != 0; users = entries.get()) {
            kernel.printk(LogLevel.INFO, "Waiting for %s to become free: refcnt=%d.", name, users);
            if (kernel.isShuttingDown()) {
                left.forEach(this::release);
                left = List.of();
                if (waits++ == LAST_WAITS) {
                    reportLeaked(users);
                    break;
                }
            }
            kernel.timers().msleep(WAIT_MSECS);
        }
        freed = true;
        kernel.mm().kfree(object);
    }

    /** {@code cn_init()} comes to no good end: the queue is freed next, and then the socket. */
    void noteInitFailed() {
        hasInitFailed = true;
    }

    private void reportLeaked(int users) {
        kernel.report(
                "connector callback is never released",
                users + " are off the list, and still have references",
                StackTraces.here(),
                false);
    }

    private List<CallbackEntry> unlinkAll() {
        List<CallbackEntry> left = new ArrayList<>();
        lock();
        queueList.forEach(left::add);
        for (CallbackEntry entry : left) {
            var _ = queueList.remove(key(entry.id().idx(), entry.id().val()));
        }
        queueLock.unlockBh();
        left.forEach(this::noteUnlinked);
        return left;
    }

    private void noteUnlinked(CallbackEntry entry) {
        CodeWatch watch = sched.codeWatch();
        if (watch != null) {
            watch.disarmed(entry);
        }
    }

    /**
     * Whether a callback of {@code module}, whose exit has returned, is on the list, or held by a
     * sender although it is off the list.
     */
    boolean isCalledLater(Module module) {
        List<CallbackEntry> entries = new ArrayList<>(outlasting);
        forEach(entries::add);
        Modules modules = kernel.modules();
        return entries.stream().anyMatch(entry -> modules.ownerOf(entry.callback()) == module);
    }

    /** Fails if the parts do not fit together. Only while nothing runs. */
    void checkInvariants() {
        int live = entries.peek();
        int listed = queueList.size();
        assert live == listed + outlasting.size()
                : live + " live, " + listed + " listed, " + outlasting.size() + " outlasting";
        queueList.forEach(entry -> {
            assert entry.references().peek() >= 1 : entry + " is listed without a reference";
            assert !outlasting.contains(entry) : entry + " is listed and unlinked";
        });
    }

    /** Reports what Linux does, too, though nobody can want it. */
    void reportKnown(String rule, String what) {
        kernel.report(rule, what, StackTraces.here(), KnownCounterExamples.isKnown(rule, what));
    }
}
