package org.vkernel.testmodules.kv;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.vkernel.testmodules.kv.KvHistory.Call;

class LinearizabilityTest {
    private final List<Call> calls = new ArrayList<>();

    private void call(
            int begun, int ended, KvOp op, String value, @Nullable ImmutableMap<String, String> a) {
        Call call = Call.of("test", op, "k", value, begun);
        call.answer = a;
        call.ended = a == null ? Integer.MAX_VALUE : ended;
        calls.add(call);
    }

    private static ImmutableMap<String, String> k(String value) {
        return ImmutableMap.of("k", value);
    }

    @Test
    void oneAfterTheOther_mustFollow() {
        call(0, 1, KvOp.PUT, "a", k("a"));
        call(2, 3, KvOp.APPEND, "b", k("ab"));
        call(4, 5, KvOp.GET, "", k("ab"));
        assertTrue(Linearizability.holds(calls));

        call(6, 7, KvOp.GET, "", k("a"));
        assertFalse(Linearizability.holds(calls));
    }

    @Test
    void atTheSameTime_eitherMayBeFirst_butForAll() {
        call(0, 3, KvOp.APPEND, "a", k("ba"));
        call(1, 2, KvOp.APPEND, "b", k("b"));
        assertTrue(Linearizability.holds(calls));

        call(4, 5, KvOp.ALL, "", k("ab"));
        assertFalse(Linearizability.holds(calls));
    }

    @Test
    void unknown_mayBeDoneLate_orNever_butNotTwice() {
        call(0, 0, KvOp.APPEND, "a", null);
        call(1, 2, KvOp.GET, "", ImmutableMap.of());
        assertTrue(Linearizability.holds(calls));

        call(3, 4, KvOp.GET, "", k("a"));
        assertTrue(Linearizability.holds(calls));

        call(5, 6, KvOp.GET, "", k("aa"));
        assertFalse(Linearizability.holds(calls));
    }

    @Test
    void deleted_wasThere() {
        call(0, 1, KvOp.PUT, "a", k("a"));
        call(2, 3, KvOp.DELETE, "", k(""));
        call(4, 5, KvOp.DELETE, "", ImmutableMap.of());
        assertTrue(Linearizability.holds(calls));

        call(6, 7, KvOp.DELETE, "", k(""));
        assertFalse(Linearizability.holds(calls));
    }
}
