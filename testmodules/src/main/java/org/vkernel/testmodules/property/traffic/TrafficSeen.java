package org.vkernel.testmodules.property.traffic;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.skb.SkBuffSizes;
import org.vkernel.emulator.trace.TraceEvent;
import org.vkernel.netlink.abi.NlmsghdrLayout;
import org.vkernel.netlink.wire.ByteSlice;

/**
 * What a run of {@link Traffic} showed: calls as their callers saw them, and between them what the
 * kernel's trace tells of the messages. Only one task runs at a time, so all of it has one order.
 */
final class TrafficSeen implements Consumer<TraceEvent> {
    private static final int SEQ_END = 12;

    private final VirtualKernel kernel;
    private final Profile profile;
    private final Map<Integer, Receiver> receivers = new TreeMap<>();
    private final Map<Long, Receiver> byPortid = new HashMap<>();
    private final List<Sending> sendings = new ArrayList<>();

    /** What each task is sending, the innermost first: interrupts send on top of a task. */
    private final Map<Integer, Deque<Sending>> sending = new HashMap<>();

    /** Whether allocations are made to fail. */
    boolean hasFaults;

    private int now;

    TrafficSeen(VirtualKernel kernel, List<Receiver> receivers) {
        this.kernel = kernel;
        this.profile = kernel.profile();
        for (Receiver receiver : receivers) {
            this.receivers.put(receiver.number, receiver);
            byPortid.put((long) receiver.portid(), receiver);
        }
    }

    Collection<Receiver> receivers() {
        return receivers.values();
    }

    List<Sending> sendings() {
        return sendings;
    }

    /** What is meant for {@code receiver}, in the order of the sends' begins. */
    List<Sending> sentTo(Receiver receiver) {
        List<Sending> sent = new ArrayList<>();
        for (Sending each : sendings) {
            if (each.isFor(receiver)) {
                sent.add(each);
            }
        }
        return sent;
    }

    // ---- Noting -----------------------------------------------------------------------------

    int nextId() {
        return sendings.size();
    }

    /** The running task begins to send. */
    Sending begin(TrafficAction.Send send, byte[] bytes) {
        int truesize =
                send.kind().isProcess()
                        ? SkBuffSizes.sendTruesize(profile, bytes.length, send.group() != 0)
                        : SkBuffSizes.allocTruesize(profile, bytes.length);
        Sending begun = new Sending(sendings.size(), send, bytes, truesize, now++);
        sendings.add(begun);
        stack(kernel.sched().current().pid()).addFirst(begun);
        return begun;
    }

    void end(Sending begun, int result) {
        begun.result = result;
        begun.end = now++;
        stack(kernel.sched().current().pid()).removeFirst();
    }

    private Deque<Sending> stack(int pid) {
        return sending.computeIfAbsent(pid, unknown -> new ArrayDeque<>());
    }

    int begin() {
        return now++;
    }

    void received(Receiver receiver, Receiver.Call call, int begin, int result, byte[] buffer) {
        Sending got = result < 0 || call == Receiver.Call.ERROR ? null : find(buffer, result);
        if (result >= 0 && call != Receiver.Call.ERROR && got == null) {
            receiver.strange.add(result + " bytes that nobody sent");
        }
        receiver.receptions.add(new Receiver.Reception(call, begin, now++, result, got));
    }

    /** What these bytes, or the begin of it, were sent as. */
    private @Nullable Sending find(byte[] buffer, int length) {
        if (length < SEQ_END) {
            return null;
        }
        int id = ByteSlice.of(buffer).u32(NlmsghdrLayout.NLMSG_SEQ);
        if (id < 0 || id >= sendings.size()) {
            return null;
        }
        Sending sent = sendings.get(id);
        if (length > sent.bytes.length) {
            return null;
        }
        for (int i = 0; i < length; i++) {
            if (buffer[i] != sent.bytes[i]) {
                return null;
            }
        }
        return sent;
    }

    // ---- The trace --------------------------------------------------------------------------

    @Override
    public void accept(TraceEvent event) {
        if (!event.kind().system().equals("netlink")) {
            return;
        }
        Receiver receiver = byPortid.get(event.first());
        if (receiver == null) {
            return;
        }
        if (event.kind().name().equals("netlink_close")) {
            receiver.unread += (int) event.second();
            return;
        }
        Sending sent = stack(event.pid()).peekFirst();
        if (sent == null) {
            return;
        }
        switch (event.kind().name()) {
            case "netlink_deliver" -> receiver.fates.add(new Receiver.Fate(sent, now++, null));
            case "netlink_drop" ->
                    receiver.fates.add(
                            new Receiver.Fate(sent, now++, String.valueOf(event.text())));
            case "netlink_overrun" ->
                    receiver.overruns.add(new Receiver.Overrun(sent, now++, event.third() != 0));
            default -> {
                // not about a receiver
            }
        }
    }
}
