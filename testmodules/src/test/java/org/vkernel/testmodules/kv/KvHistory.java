package org.vkernel.testmodules.kv;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;

/** What processes called, when, and what they were answered. */
final class KvHistory {
    /** A call. */
    static final class Call {
        final String who;
        final KvOp op;
        final String key;
        final String value;

        /** Its place among all begins and ends of calls. */
        final int begun;

        /** The place of its end; the greatest number where nobody knows what came of it. */
        int ended = Integer.MAX_VALUE;

        /** What was read or is there after it; null: unknown. */
        @Nullable ImmutableMap<String, String> answer;

        String shown = "did not return";

        private Call(String who, KvOp op, String key, String value, int begun) {
            this.who = who;
            this.op = op;
            this.key = key;
            this.value = value;
            this.begun = begun;
        }

        static Call of(String who, KvOp op, String key, String value, int begun) {
            return new Call(who, op, key, value, begun);
        }

        boolean isKnown() {
            return answer != null;
        }

        @Override
        public String toString() {
            return "%2d-%-2s %s: %s %s %s -> %s"
                    .formatted(
                            begun,
                            isKnown() ? String.valueOf(ended) : "",
                            who,
                            op,
                            key,
                            value,
                            shown)
                    .replace("  ", " ");
        }
    }

    private final List<Call> calls = new ArrayList<>();
    private int time;

    List<Call> calls() {
        return calls;
    }

    /** Does a call by {@code client}, and notes what comes of it; what that was, in words. */
    String call(String who, KvClient client, KvOp op, String key, String value) {
        Call call = Call.of(who, op, key, value, time++);
        calls.add(call);
        Supplier<ImmutableMap<String, String>> body =
                switch (op) {
                    case GET ->
                            () ->
                                    client.get(key)
                                            .map(read -> ImmutableMap.of(key, read))
                                            .orElse(ImmutableMap.of());
                    case PUT ->
                            () -> {
                                client.put(key, value);
                                return ImmutableMap.of(key, value);
                            };
                    case APPEND -> () -> ImmutableMap.of(key, client.append(key, value));
                    case DELETE ->
                            () -> client.delete(key) ? ImmutableMap.of(key, "") : ImmutableMap.of();
                    default -> client::all;
                };
        try {
            ImmutableMap<String, String> answer = body.get();
            call.ended = time++;
            call.answer = answer;
            call.shown = answer.toString();
        } catch (ErrnoException unknown) {
            call.shown = unknown.name();
            if (unknown.errno() != Errno.ETIMEDOUT && unknown.errno() != Errno.ESTALE) {
                throw unknown;
            }
        }
        return op + " " + key + " " + value + " -> " + call.shown;
    }

    @Override
    public String toString() {
        return calls.stream().map(Call::toString).collect(Collectors.joining("\n"));
    }
}
