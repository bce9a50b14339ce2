package org.vkernel.emulator.process;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.locking.RwLock;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.Task;

/**
 * All processes of a kernel: who lives, who is whose child, and who is told of it.
 *
 * <p>Models the hash of process ids (kernel/pid.c) and {@code tasklist_lock}.
 */
public final class ProcessTable {
    private final VirtualKernel kernel;
    private final Scheduler sched;
    private final RwLock tasklistLock;
    private final Map<Integer, UserProcess> living = new ConcurrentHashMap<>();
    private final Map<Integer, UserThread> threads = new ConcurrentHashMap<>();
    private final TaskMemory memory;
    private final UserProcess init;
    private final AtomicReference<ImmutableList<ProcessEvents>> observers =
            new AtomicReference<>(ImmutableList.of());

    /** Makes a table with init alone, whose thread is {@code initTask}. */
    public ProcessTable(VirtualKernel kernel, TaskMemory memory, Task initTask) {
        this.kernel = kernel;
        this.sched = kernel.sched();
        this.memory = memory;
        this.tasklistLock = new RwLock(sched, "tasklist_lock");
        this.init = new UserProcess(this, 1, Credentials.of(0, 0));
        initTask.setProcess(init);
        hash(init.threads().add(initTask, null, UserThread.NO_SIGNAL));
        kernel.proc().setProcessFiles(new ProcessFiles(this)::read);
    }

    VirtualKernel kernel() {
        return kernel;
    }

    /** What processes are made of. */
    TaskMemory memory() {
        return memory;
    }

    /** {@code tasklist_lock}: guards who is whose parent, and ends. */
    RwLock tasklistLock() {
        return tasklistLock;
    }

    /** The first process. */
    public UserProcess init() {
        return init;
    }

    // ---- Observers ---------------------------------------------------------------------------

    /** Has {@code observer} told of what happens from now on. */
    public void register(ProcessEvents observer) {
        observers.updateAndGet(
                all -> ImmutableList.<ProcessEvents>builder().addAll(all).add(observer).build());
    }

    /** Tells {@code observer} no more; a call that is under way goes on. */
    public void unregister(ProcessEvents observer) {
        observers.updateAndGet(
                all -> ImmutableList.copyOf(Iterables.filter(all, o -> !o.equals(observer))));
    }

    ImmutableList<ProcessEvents> observers() {
        return observers.get();
    }

    // ---- Who there is --------------------------------------------------------------------------

    /** The processes that live, but init, by process id. */
    public List<UserProcess> living() {
        List<UserProcess> all = new ArrayList<>(living.values());
        all.sort(Comparator.comparingInt(UserProcess::tgid));
        return all;
    }

    /** The living process with this id, or null. */
    public @Nullable UserProcess find(int tgid) {
        return tgid == 1 ? init : living.get(tgid);
    }

    void add(UserProcess process) {
        living.put(process.tgid(), process);
    }

    void gone(UserProcess process) {
        living.remove(process.tgid());
    }

    /** {@code find_task_by_vpid()}: the thread with this id, until somebody waited for it. */
    @Nullable UserThread findThread(int pid) {
        return threads.get(pid);
    }

    void hash(UserThread thread) {
        threads.put(thread.pid(), thread);
    }

    void unhash(UserThread thread) {
        thread.unhash();
        TaskMemory.Objects objects = thread.memory();
        if (objects != null) {
            memory.freeThread(objects);
        }
        threads.remove(thread.pid(), thread);
    }

    /** {@code exchange_tids()}, one half of it: the thread is known as {@code pid} from now on. */
    void rename(UserThread thread, int pid) {
        threads.remove(thread.pid(), thread);
        thread.task().setPid(pid);
        hash(thread);
    }

    /** The thread of a process that runs; init's, where a kernel thread does. */
    UserThread current() {
        Task task = sched.current();
        UserProcess process = task.process();
        UserThread thread = process == null ? null : process.threads().of(task);
        return thread == null ? init.leader() : thread;
    }

    /** Fails if parents and children do not fit together. Context: process. */
    public void checkInvariants() {
        tasklistLock.readLock();
        for (UserProcess process : living.values()) {
            if (process.leader().isPidAlive()) {
                checkFamily(process);
            }
        }
        tasklistLock.readUnlock();
    }

    private void checkFamily(UserProcess process) {
        UserThread parent = process.leader().realParent();
        checkState(parent != null, "%s has no parent", process);
        boolean isChild =
                parent.process() == init || parent.process().threads().children().contains(process);
        checkState(isChild, "%s is no child of %s", process, parent);
        for (UserThread thread : process.threads().all()) {
            checkState(
                    thread.equals(threads.get(thread.pid())), "%s is not known by its id", thread);
            checkState(parent.equals(thread.realParent()), "%s has another parent", thread);
        }
    }

    // ---- Programs that the host starts
    // -----------------------------------------------------------

    /**
     * Starts a program: the caller forks, and the child runs it with these credentials. Context:
     * process.
     *
     * @throws ErrnoException {@code ENOMEM}
     */
    public UserProcess spawn(String comm, Credentials credentials, ProcessBody body) {
        TaskMemory.Objects objects = memory.allocProcess();
        if (objects == null) {
            throw new ErrnoException("fork", Errno.ENOMEM);
        }
        UserProcess process = new UserProcess(this, sched.allocatePid(), credentials);
        process.setProgram(comm);
        ProcessFork.start(
                process,
                objects,
                comm,
                self -> {
                    process.tellOfProgram();
                    body.run(self);
                });
        return process;
    }

    /** Makes the calling host thread a process of user 0; see {@link VirtualKernel#attach}. */
    public UserProcess attach(String comm) {
        UserProcess process = new UserProcess(this, sched.allocatePid(), Credentials.of(0, 0));
        process.setProgram(comm);
        process.attach(comm);
        return process;
    }
}
