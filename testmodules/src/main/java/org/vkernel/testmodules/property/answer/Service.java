package org.vkernel.testmodules.property.answer;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.module.ModuleRef;
import org.vkernel.emulator.skb.SkBuff;
import org.vkernel.netlink.core.Netlink;
import org.vkernel.netlink.core.NetlinkDump;
import org.vkernel.netlink.core.NetlinkExtAck;
import org.vkernel.netlink.core.NetlinkKernelConfig;
import org.vkernel.netlink.core.NetlinkSock;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.SkBuffBytes;
import org.vkernel.testmodules.property.answer.AnswerAction.Ask;
import org.vkernel.testmodules.property.answer.AnswerAction.Request;
import org.vkernel.testmodules.property.answer.AnswersSeen.DumpState;
import org.vkernel.testmodules.property.answer.AnswersSeen.Notified;

/** The kernel's part: a protocol whose requests say themselves what is to come of them. */
final class Service {
    static final int PROTOCOL = 17;

    /** Of requests and of a dump's entries. */
    static final int TYPE = 20;

    /** Of notifications. */
    static final int NOTE = 21;

    private static final int NOTE_BYTES = 16;

    private final VirtualKernel kernel;
    private final Netlink netlink;
    private final AnswersSeen seen;
    private final Map<Integer, Request> requests = new TreeMap<>();
    private @Nullable NetlinkSock socket;
    private long time;

    Service(VirtualKernel kernel, AnswersSeen seen, List<AnswerAction> plan) {
        this.kernel = kernel;
        this.netlink = kernel.use(Netlink.class);
        this.seen = seen;
        for (AnswerAction action : plan) {
            if (action instanceof Ask ask) {
                ask.requests().forEach(request -> requests.put(request.number(), request));
            }
        }
    }

    /** Later than any time before. */
    long now() {
        return ++time;
    }

    boolean open() {
        NetlinkKernelConfig config =
                NetlinkKernelConfig.DEFAULT
                        .flags(NetlinkKernelConfig.NONROOT_RECV)
                        .input(skb -> netlink.requests().receive(skb, this::handle))
                        .owner(
                                new ModuleRef() {
                                    @Override
                                    public boolean tryGet() {
                                        seen.ownerPins++;
                                        return true;
                                    }

                                    @Override
                                    public void put() {
                                        seen.ownerPins--;
                                    }
                                });
        socket = kernel.call(() -> netlink.kernelCreate(PROTOCOL, config));
        return socket != null;
    }

    /** Lets deferred work come to its end. */
    void close() {
        NetlinkSock own = Objects.requireNonNull(socket);
        kernel.run(() -> {
            kernel.rcu().barrier();
            netlink.kernelRelease(own);
            kernel.rcu().barrier();
        });
    }

    /** An allocation failed while these were handled. */
    void noteShort(List<Request> among) {
        for (Request request : among) {
            Notified notified = seen.notified.get(request.number());
            if (notified != null) {
                notified.wasShort = true;
            }
        }
    }

    private int handle(SkBuff skb, NlMsg message, NetlinkExtAck extack) {
        Request request = requests.get(message.seq());
        if (request == null) {
            return -Errno.EILSEQ; // nobody sent this
        }
        return switch (request.kind()) {
            case DUMP -> dump(skb, message, request);
            case NOTIFY -> notify(skb, request);
            case PLAIN, PRIVILEGED -> {
                if (request.bytes() != 0) {
                    extack.setMessage("x".repeat(request.bytes()));
                }
                yield AnswersSeen.expected(request, netlink.isCapable(skb));
            }
        };
    }

    private int notify(SkBuff skb, Request request) {
        SkBuff note = kernel.skbs().alloc(NOTE_BYTES, GfpMask.KERNEL);
        if (note == null) {
            return -Errno.ENOBUFS;
        }
        boolean report = request.bytes() != 0;
        int portid = skb.portid();
        var _ = SkBuffBytes.put(note, 0, request.number(), NOTE, 0, new byte[0]);
        Notified notified = new Notified(request.size(), report ? portid : 0, now());
        seen.notified.put(request.number(), notified);
        int result =
                netlink.requests()
                        .notify(
                                Objects.requireNonNull(socket),
                                note,
                                portid,
                                request.size(),
                                report,
                                GfpMask.KERNEL);
        notified.ended = now();
        return result;
    }

    // ---- Dumps ------------------------------------------------------------------------------

    private final ModuleRef dumpModule =
            new ModuleRef() {
                @Override
                public boolean tryGet() {
                    seen.dumpPins++;
                    return true;
                }

                @Override
                public void put() {
                    seen.dumpPins--;
                    seen.leastDumpPins = Math.min(seen.leastDumpPins, seen.dumpPins);
                }
            };

    private int dump(SkBuff skb, NlMsg message, Request request) {
        DumpState state = new DumpState(request);
        seen.dumps.put(request.number(), state);
        return netlink.dumps()
                .start(
                        Objects.requireNonNull(socket),
                        skb,
                        message,
                        new NetlinkDump.Control(
                                (part, dump) -> fill(part, dump, state),
                                dump -> start(state),
                                dump -> done(state),
                                state,
                                dumpModule,
                                request.minAlloc()));
    }

    private static int start(DumpState state) {
        state.starts++;
        if (state.request.error() != 0) {
            state.failedStarts++;
        }
        return state.request.error();
    }

    private static int fill(SkBuff part, NetlinkDump dump, DumpState state) {
        state.fills++;
        Request request = state.request;
        long[] args = dump.args();
        int version = args[0] < request.changeAt() ? 1 : 2;
        if (state.version != 0 && version != state.version) {
            state.changes++;
        }
        dump.setSeq(version);
        while (args[0] < request.size()) {
            byte[] payload = new byte[request.bytes()];
            payload[0] = (byte) args[0];
            if (!dump.put(part, TYPE, 0, payload)) {
                state.version = version;
                return part.len();
            }
            args[0]++;
            state.version = version;
        }
        return request.end();
    }

    private void done(DumpState state) {
        state.dones++;
        if (!kernel.sched().inTask()) {
            state.donesInInterrupt++;
        }
    }
}
