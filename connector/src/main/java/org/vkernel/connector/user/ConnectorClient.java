package org.vkernel.connector.user;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.vkernel.connector.abi.CnMsgLayout;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.SeqAck;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NlmsgType;
import org.vkernel.netlink.abi.PollBit;
import org.vkernel.netlink.core.MsgHdr;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.WireException;

/**
 * Requests and replies over a socket that loses messages: the protocol of sequence and acknowledge
 * numbers that the connector's documentation recommends.
 *
 * <p>Each message gets the next sequence number, which {@code nlmsg_seq} repeats, and a random
 * acknowledge number. A received message with the same sequence number and the acknowledge number
 * plus 1, modulo 2^32, is the reply ({@link SeqAck}); all others are new, and handed on in the
 * order of arrival. A request without a reply is sent again, as the same message, up to a limit; a
 * late reply to any of its sendings answers it, and further ones are passed over.
 *
 * <p>That messages were lost is noticed by ENOBUFS, and by gaps in the numbers of new messages
 * where their sender counts them ({@link Builder#numbered(CbId)}): then the user is told, who reads
 * again what it needs.
 *
 * <p>It works over the socket of a process of this kernel, or of the host's, which the user opens,
 * binds and closes. It has no thread and is used by one task at a time: {@link #call}, {@link
 * ConnectorCall#await} and {@link #receive} drive it, and run the user's handlers. Sending never
 * waits for room.
 *
 * <p>N.B. known limits of the protocol: two clients that see each other's replies take them for
 * their own if sequence and random number happen to be equal; a loss behind which no message comes
 * is noticed only if the kernel tells of it by ENOBUFS; a request has one reply, further ones are
 * passed over. And a bug of Linux: the acknowledgement of process events has a sequence number of
 * its own, so that a LISTEN that is sent by {@link #call} looks unanswered and its acknowledgement
 * new; send it by {@link #post}.
 */
public final class ConnectorClient {
    /** How many requests that are done are known still, to pass over late replies. */
    static final int LATE_MAX = 64;

    /** How many messages are taken before time-outs are looked at. */
    private static final int BATCH = 256;

    private static final int DONTWAIT = MsgFlag.MSG_DONTWAIT;

    private final NetlinkSocket socket;
    private final NetlinkAddress peer;
    private final LongSupplier clockNs;
    private final LongSupplier chance;
    private final long timeoutNs;
    private final int triesMax;
    private final ReplyRule rule;
    private final NewMessages news;
    private final byte[] buffer;
    private final MsgHdr header = new MsgHdr(null);

    /** Requests on their way, by sequence number, in the order of their first sending. */
    private final Map<Integer, ConnectorCall> pending = new LinkedHashMap<>();

    /** Sequence and acknowledge numbers of requests that are done. */
    private final LinkedHashMap<Integer, Integer> done =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, Integer> eldest) {
                    return size() > LATE_MAX;
                }
            };

    private int nextSeq;
    private long resent;
    private long lateReplies;

    private ConnectorClient(Builder builder) {
        socket = builder.socket;
        peer = builder.peer;
        clockNs = builder.clockNs;
        chance = builder.chance;
        timeoutNs = builder.timeout.toNanos();
        triesMax = builder.tries;
        rule = builder.rule;
        news = new NewMessages(builder.numbered, builder.onMessage, builder.onLoss);
        buffer = new byte[builder.bufferBytes];
        nextSeq = builder.firstSeq;
    }

    /** A client over a socket of {@code process}, with the clock and the chance of its kernel. */
    public static Builder builder(UserProcess process, NetlinkSocket socket) {
        return builder(socket, process.kernel().clock()::ns, process.kernel()::random);
    }

    /**
     * A client over a socket of any provider.
     *
     * @param clockNs nanoseconds that never go back
     * @param chance random bits for acknowledge numbers, of which the low 32 are taken
     */
    public static Builder builder(NetlinkSocket socket, LongSupplier clockNs, LongSupplier chance) {
        return new Builder(socket, clockNs, chance);
    }

    // ---- Sending -------------------------------------------------------------------------------

    /**
     * Sends a request and waits for its reply; first takes what is there, to have room for it.
     *
     * @throws ErrnoException as {@link ConnectorCall#await}
     */
    public CnMsg call(CbId id, byte[] data) {
        var _ = turn();
        return start(id, data).await();
    }

    /** Sends a request; its reply comes when somebody drives the client. */
    public ConnectorCall start(CbId id, byte[] data) {
        while (pending.containsKey(nextSeq)) {
            nextSeq++;
        }
        ConnectorCall call = new ConnectorCall(this, message(id, data));
        pending.put(call.request().seq(), call);
        send(call);
        return call;
    }

    /**
     * Sends a message that nobody answers, once.
     *
     * @return its sequence number
     * @throws ErrnoException if it cannot be sent
     */
    public int post(CbId id, byte[] data) {
        CnMsg message = message(id, data);
        byte[] bytes = message.toNlMsg(0).toByteArray();
        int result = socket.trySend(bytes, 0, bytes.length, DONTWAIT, peer);
        if (result < 0) {
            throw new ErrnoException("sendmsg", result);
        }
        return message.seq();
    }

    private CnMsg message(CbId id, byte[] data) {
        int ack = (int) chance.getAsLong();
        return CnMsg.builder(id).seq(nextSeq++).ack(ack).data(data).build();
    }

    private void send(ConnectorCall call) {
        byte[] bytes = call.bytes();
        int result = socket.trySend(bytes, 0, bytes.length, DONTWAIT, peer);
        if (result < 0 && !mayPass(-result)) {
            giveUp(call, -result);
            return;
        }
        call.tried(result >= 0, clockNs.getAsLong() + timeoutNs);
    }

    /** Whether a send that failed so is as good as one whose message was lost. */
    private static boolean mayPass(int errno) {
        return switch (errno) {
            case Errno.EAGAIN, Errno.EINTR, Errno.ENOBUFS, Errno.ENOMEM, Errno.ECONNREFUSED -> true;
            default -> false;
        };
    }

    void giveUp(ConnectorCall call, int errno) {
        remove(call);
        call.fail(errno);
    }

    private void remove(ConnectorCall call) {
        CnMsg request = call.request();
        pending.remove(request.seq());
        done.remove(request.seq()); // so that it becomes the youngest
        done.put(request.seq(), request.ack());
    }

    // ---- Driving -------------------------------------------------------------------------------

    /** Requests on their way. */
    public int pendingCalls() {
        return pending.size();
    }

    /**
     * Waits for a message and takes all that are there; meanwhile sends again what is due.
     *
     * @param atMost how long to wait; zero: not at all
     * @return whether there was a message
     * @throws ErrnoException if the socket fails
     */
    public boolean receive(Duration atMost) {
        long limitNs = saturatedAdd(clockNs.getAsLong(), atMost);
        boolean any = turn();
        while (!any && clockNs.getAsLong() < limitNs) {
            sleep(limitNs);
            any = turn();
        }
        return any;
    }

    /** Takes what arrives until {@code time} is over. */
    public void receiveFor(Duration time) {
        long limitNs = saturatedAdd(clockNs.getAsLong(), time);
        for (var _ = turn(); clockNs.getAsLong() < limitNs; ) {
            sleep(limitNs);
            var _ = turn();
        }
    }

    private static long saturatedAdd(long nowNs, Duration time) {
        long limitNs = nowNs + time.toNanos();
        return limitNs < nowNs ? Long.MAX_VALUE : limitNs;
    }

    /** Takes what arrives until {@code call} is done. */
    void drive(ConnectorCall call) {
        while (!call.isDone()) {
            if (!turn() && !call.isDone()) {
                sleep(Long.MAX_VALUE);
            }
        }
    }

    /** Takes what is there, lets handlers see it, and sends again what is due. */
    private boolean turn() {
        boolean any = false;
        for (int i = 0; i < BATCH && takeOne(); i++) {
            any = true;
        }
        news.deliver();
        sendAgain();
        return any;
    }

    private void sleep(long limitNs) {
        long wakeNs = limitNs;
        for (ConnectorCall call : pending.values()) {
            wakeNs = Math.min(wakeNs, call.deadlineNs());
        }
        long waitNs = wakeNs == Long.MAX_VALUE ? -1 : Math.max(0, wakeNs - clockNs.getAsLong());
        int result = socket.provider().poll(socket.fd(), PollBit.POLLIN, waitNs);
        if (result < 0 && result != -Errno.EINTR) {
            throw new ErrnoException("poll", result);
        }
    }

    private void sendAgain() {
        if (pending.isEmpty()) {
            return;
        }
        long nowNs = clockNs.getAsLong();
        for (ConnectorCall call : new ArrayList<>(pending.values())) {
            if (call.isDone() || call.deadlineNs() > nowNs) {
                continue;
            }
            if (call.tries() >= triesMax) {
                giveUp(call, Errno.ETIMEDOUT);
            } else {
                resent++;
                send(call);
            }
        }
    }

    // ---- Receiving -----------------------------------------------------------------------------

    /** Takes one message, or notice of a loss; whether there was one. */
    private boolean takeOne() {
        header.reset(null);
        int length =
                socket.provider().receive(socket.fd(), buffer, 0, buffer.length, DONTWAIT, header);
        switch (length) {
            case -Errno.EAGAIN -> {
                return false;
            }
            case -Errno.EINTR -> {}
            case -Errno.ENOBUFS -> news.addLoss(new Loss(Loss.Kind.OVERRUN, null, 0));
            default -> {
                if (length < 0) {
                    throw new ErrnoException("recvmsg", length);
                }
                take(Arrays.copyOf(buffer, Math.min(length, buffer.length)));
            }
        }
        return true;
    }

    private void take(byte[] bytes) {
        NetlinkAddress from = new NetlinkAddress(header.pid(), header.groups());
        if ((header.flags() & MsgFlag.MSG_TRUNC) != 0) {
            news.addLoss(new Loss(Loss.Kind.TRUNCATED, null, 0));
            return;
        }
        for (NlMsg message : NlMsg.walk(ByteSlice.of(bytes))) {
            if (message.type() == NlmsgType.NLMSG_DONE) {
                takeAll(message.payload(), from);
            }
        }
    }

    /** The messages in one netlink message; fewer bytes than a header behind them are padding. */
    private void takeAll(ByteSlice payload, NetlinkAddress from) {
        for (int at = 0; payload.length() - at >= CnMsgLayout.SIZE; ) {
            CnMsg message;
            try {
                message = CnMsg.parse(payload.slice(at));
            } catch (WireException broken) {
                news.addLoss(new Loss(Loss.Kind.TRUNCATED, null, 0));
                return;
            }
            takeMessage(message, from);
            at += message.bytes().length();
        }
    }

    private void takeMessage(CnMsg message, NetlinkAddress from) {
        boolean isFromPeer = from.pid() == peer.pid();
        int seq = message.seq();
        ConnectorCall call = isFromPeer ? pending.get(seq) : null;
        if (call != null && rule.isReply(seq, call.request().ack(), seq, message.ack())) {
            remove(call);
            call.answer(message);
        } else if (isFromPeer && isLateReply(seq, message.ack())) {
            lateReplies++;
        } else {
            news.add(message, from, isFromPeer);
        }
    }

    private boolean isLateReply(int seq, int ack) {
        Integer requestAck = done.get(seq);
        return requestAck != null
                && SeqAck.classify(seq, requestAck, seq, ack) == SeqAck.Kind.REPLY;
    }

    // ---- What happened -------------------------------------------------------------------------

    /** How often a request was sent again. */
    public long resent() {
        return resent;
    }

    /** How many replies came to requests that were done: second ones, and those that came late. */
    public long lateReplies() {
        return lateReplies;
    }

    /** How often a loss was noticed. */
    public long losses() {
        return news.losses();
    }

    /** What a client is made with. */
    public static final class Builder {
        private static final int DEFAULT_TRIES = 5;
        private static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(100);

        /** A netlink header, a connector header and 16 KiB. */
        private static final int DEFAULT_BUFFER = (1 << 14) + 64;

        private final NetlinkSocket socket;
        private final LongSupplier clockNs;
        private final LongSupplier chance;
        private final Map<CbId, ToIntFunction<CnMsg>> numbered = new HashMap<>();
        private NetlinkAddress peer = NetlinkAddress.KERNEL;
        private Duration timeout = DEFAULT_TIMEOUT;
        private int tries = DEFAULT_TRIES;
        private int firstSeq = 1;
        private int bufferBytes = DEFAULT_BUFFER;
        private ReplyRule rule = ReplyRule.SEQ_AND_ACK;
        private MessageHandler onMessage = (message, from) -> {};
        private LossHandler onLoss = loss -> {};
        private boolean built;

        private Builder(NetlinkSocket socket, LongSupplier clockNs, LongSupplier chance) {
            this.socket = socket;
            this.clockNs = clockNs;
            this.chance = chance;
        }

        /** Who gets the requests, and whose replies count; by default the kernel. */
        public Builder peer(NetlinkAddress value) {
            peer = value;
            return this;
        }

        /** How long a reply is waited for before a request is sent again; by default 100 ms. */
        public Builder timeout(Duration value) {
            checkArgument(value.isPositive(), "timeout: %s, not more than 0", value);
            timeout = value;
            return this;
        }

        /** How often a request is sent at most; by default 5 times. */
        public Builder tries(int value) {
            checkArgument(value > 0, "tries: %s, not 1 or more", value);
            tries = value;
            return this;
        }

        /** The first message's sequence number, unsigned; by default 1. */
        public Builder firstSeq(int value) {
            firstSeq = value;
            return this;
        }

        /** The longest netlink message that can be received; by default 16 KiB and the headers. */
        public Builder bufferBytes(int value) {
            checkArgument(value > 0, "bufferBytes: %s, not 1 or more", value);
            bufferBytes = value;
            return this;
        }

        /** What takes messages that are no replies; by default nobody. */
        public Builder onMessage(MessageHandler value) {
            onMessage = value;
            return this;
        }

        /** What resynchronises after a loss; by default nobody. */
        public Builder onLoss(LossHandler value) {
            onLoss = value;
            return this;
        }

        /** The peer numbers its new messages with this id one by one: a gap is a loss. */
        public Builder numbered(CbId id) {
            return numbered(id, message -> 0);
        }

        /**
         * The peer numbers its new messages with this id one by one for each of several sources:
         * process events, for example, for each CPU.
         *
         * @param sourceOf the number of a message's source
         */
        public Builder numbered(CbId id, ToIntFunction<CnMsg> sourceOf) {
            numbered.put(id, sourceOf);
            return this;
        }

        /** Breaks the protocol, to test that a test notices: see {@link ReplyRule}. */
        public Builder replyRule(ReplyRule value) {
            rule = value;
            return this;
        }

        /** The client. */
        public ConnectorClient build() {
            checkState(!built, "a builder makes one client");
            built = true;
            return new ConnectorClient(this);
        }
    }
}
