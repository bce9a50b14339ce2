package org.vkernel.testmodules.property.dispatch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.FaultInjector;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.sched.Task;
import org.vkernel.emulator.sched.TaskState;
import org.vkernel.emulator.trace.TraceEvent;

/** What a run of {@link Dispatch} showed. Times are numbers of what was noted before. */
final class DispatchSeen implements Consumer<TraceEvent>, FaultInjector {
    /** A call of {@code cn_del_callback()}, or a registration that succeeded. */
    record Change(CbId id, int event, int begin, int end) {}

    private final VirtualKernel kernel;
    final Profile.Era era;
    final int cpus;

    /** Whether allocations are made to fail. */
    boolean hasFaults;

    final List<Registration> registrations = new ArrayList<>();
    final List<Change> changes = new ArrayList<>();
    final List<Call> calls = new ArrayList<>();
    final List<Announcement> announcements = new ArrayList<>();

    /** The listeners' groups. */
    final Map<Integer, Integer> groups = new TreeMap<>();

    /** Who asked for notices, and what each heard. */
    final Map<DispatchAction.Ask, List<CnMsg>> notices = new HashMap<>();

    final List<DispatchAction.Ask> asks = new ArrayList<>();

    /** How many works have been done. */
    int worksDone;

    /** What came that nobody sent, a line each. */
    final List<String> strange = new ArrayList<>();

    /** What each task is doing, the innermost first: interrupts send on top of a task. */
    private final Map<Integer, Deque<Object>> doing = new HashMap<>();

    private final Map<CbId, Registration> current = new HashMap<>();
    private int now;

    DispatchSeen(VirtualKernel kernel) {
        this.kernel = kernel;
        this.era = kernel.profile().era();
        this.cpus = kernel.config().cpus();
    }

    int now() {
        return now++;
    }

    private Deque<Object> doing(int pid) {
        return doing.computeIfAbsent(pid, unknown -> new ArrayDeque<>());
    }

    private Deque<Object> doing() {
        return doing(kernel.sched().current().pid());
    }

    // ---- Registrations ----------------------------------------------------------------------

    Registration beginAdd(CbId id) {
        Registration begun = new Registration(id, now++);
        registrations.add(begun);
        return begun;
    }

    void endAdd(Registration added, int result) {
        added.result = result;
        added.addEnd = now++;
        if (result == 0) {
            current.put(added.id, added);
            changes.add(new Change(added.id, 0, added.addBegin, added.addEnd));
        }
    }

    /** The id's owner begins to take it off; the registration that this ends, or null. */
    @Nullable Registration beginDel(CbId id) {
        Registration ended = current.remove(id);
        if (ended != null) {
            ended.delBegin = now;
        }
        now++;
        return ended;
    }

    void endDel(CbId id, @Nullable Registration ended, int begin) {
        if (ended != null) {
            ended.delEnd = now;
        }
        changes.add(new Change(id, 1, begin, now));
        now++;
    }

    boolean isSurelyRegistered(CbId id, int from, int to) {
        return registrations.stream().anyMatch(r -> r.id.equals(id) && r.covers(from, to));
    }

    boolean mayBeRegistered(CbId id, int from, int to) {
        return registrations.stream().anyMatch(r -> r.id.equals(id) && r.touches(from, to));
    }

    boolean isAddedIn(CbId id, int from, int to) {
        return registrations.stream().anyMatch(r -> r.id.equals(id) && r.isAddedIn(from, to));
    }

    // ---- Messages ---------------------------------------------------------------------------

    Call beginCall(int caller, CbId id) {
        Call begun = new Call(calls.size(), caller, id, now++);
        calls.add(begun);
        doing().addFirst(begun);
        return begun;
    }

    void endCall(Call call, int result) {
        call.result = result;
        call.end = now++;
        doing().removeFirst();
    }

    void invoked(Registration registration, CnMsg message, int begin) {
        int number = message.seq();
        if (number < 0
                || number >= calls.size()
                || !calls.get(number).id.equals(registration.id)
                || !message.id().equals(registration.id)) {
            strange.add("the callback of " + registration.id + " is called with " + message);
            return;
        }
        calls.get(number).invocations.add(new Call.Invocation(registration, begin, now++));
    }

    Announcement beginAnnounce(DispatchAction.Announce what) {
        Announcement begun = new Announcement(announcements.size(), what, now++);
        announcements.add(begun);
        doing().addFirst(begun);
        return begun;
    }

    void endAnnounce(Announcement announcement, int result) {
        announcement.result = result;
        announcement.end = now++;
        doing().removeFirst();
    }

    void heard(int listener, CnMsg message) {
        int number = message.seq();
        if (number < 0
                || number >= announcements.size()
                || !announcements.get(number).what.id().equals(message.id())) {
            strange.add("listener " + listener + " gets " + message);
            return;
        }
        announcements.get(number).receivers.add(listener);
    }

    // ---- What the kernel does ---------------------------------------------------------------

    @Override
    public void accept(TraceEvent event) {
        switch (event.kind().name()) {
            case "sched_switch" -> {
                if (event.third() != TaskState.RUNNING
                        && doing((int) event.first()).peekFirst() instanceof Announcement a) {
                    a.hasSlept = true;
                }
            }
            case "workqueue_execute_end" -> worksDone++;
            case "cn_message_lost" -> {
                if (doing(event.pid()).peekFirst() instanceof Call call) {
                    call.isLost = true;
                }
            }
            default -> {
                // nothing to note
            }
        }
    }

    @Override
    public boolean failSlab(Task running, String cache, long bytes, GfpMask gfp) {
        if (doing(running.pid()).peekFirst() instanceof Announcement announcement) {
            announcement.allocations++;
        }
        return false;
    }

    @Override
    public boolean failPages(Task running, int order, GfpMask gfp) {
        return false;
    }
}
