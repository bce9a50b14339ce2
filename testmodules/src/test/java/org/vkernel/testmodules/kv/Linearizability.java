package org.vkernel.testmodules.kv;

import com.google.common.collect.ImmutableMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.vkernel.testmodules.kv.KvHistory.Call;

/**
 * Whether calls were answered as one store would answer them, one at a time: each at some moment
 * between its begin and its end, once. A call of which nobody knows what came of it may have been
 * done at any later moment, or not at all.
 *
 * <p>The search of Wing and Gong (1993), which never looks twice at the same calls done with the
 * same store behind them (Lowe 2017).
 */
final class Linearizability {
    private record Seen(long done, ImmutableMap<String, String> store) {}

    private final List<Call> calls;
    private final long known;
    private final Set<Seen> seen = new HashSet<>();

    private Linearizability(List<Call> calls) {
        if (calls.size() > Long.SIZE) {
            throw new IllegalArgumentException(calls.size() + " calls are too many");
        }
        this.calls = calls;
        long mask = 0;
        for (int i = 0; i < calls.size(); i++) {
            mask |= calls.get(i).isKnown() ? 1L << i : 0;
        }
        known = mask;
    }

    /** Whether one store, empty at first, can have answered these calls. */
    static boolean holds(List<Call> calls) {
        return new Linearizability(calls).search(0, ImmutableMap.of());
    }

    private boolean search(long done, ImmutableMap<String, String> store) {
        if ((done & known) == known) {
            return true;
        }
        if (!seen.add(new Seen(done, store))) {
            return false;
        }
        int firstEnd = Integer.MAX_VALUE;
        for (int i = 0; i < calls.size(); i++) {
            if ((done >>> i & 1) == 0) {
                firstEnd = Math.min(firstEnd, calls.get(i).ended);
            }
        }
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            if ((done >>> i & 1) != 0 || call.begun > firstEnd) {
                continue;
            }
            ImmutableMap<String, String> after = after(call, store);
            boolean fits = !call.isKnown() || answer(call, store, after).equals(call.answer);
            if (fits && search(done | 1L << i, after)) {
                return true;
            }
        }
        return false;
    }

    private static ImmutableMap<String, String> after(
            Call call, ImmutableMap<String, String> store) {
        TreeMap<String, String> changed = new TreeMap<>(store);
        switch (call.op) {
            case PUT -> changed.put(call.key, call.value);
            case APPEND -> changed.merge(call.key, call.value, String::concat);
            case DELETE -> changed.remove(call.key);
            default -> {
                return store;
            }
        }
        return ImmutableMap.copyOf(changed);
    }

    private static ImmutableMap<String, String> answer(
            Call call, ImmutableMap<String, String> before, ImmutableMap<String, String> after) {
        ImmutableMap<String, String> of = call.op == KvOp.DELETE ? before : after;
        if (call.op == KvOp.ALL) {
            return of;
        }
        String value = of.get(call.key);
        return value == null
                ? ImmutableMap.of()
                : ImmutableMap.of(call.key, call.op == KvOp.DELETE ? "" : value);
    }
}
