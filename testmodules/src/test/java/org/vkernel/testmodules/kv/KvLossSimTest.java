package org.vkernel.testmodules.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.AssertionFailedError;
import org.vkernel.connector.user.ReplyRule;
import org.vkernel.emulator.Profile;
import org.vkernel.testmodules.kv.KvHistory.Call;

/**
 * Under any loss, a call of the store is answered right or not at all, and a request that was sent
 * again is applied once; at most once if nobody answered.
 *
 * <p>Each of a thousand runs in each era draws 1 to 4 CPUs and a schedule, up to three processes
 * with a few calls each, and what loses their messages: receive buffers for three messages, sleeps
 * in which they fill, atomic allocations that fail, a process that is killed, requests that are
 * sent only once. In the end a process reads everything. Right is what one store could have
 * answered, each call at one moment between its begin and its end ({@link Linearizability}).
 *
 * <p>With the client's check of the acknowledge number switched off, or a store that remembers
 * nothing, the same runs fail.
 */
class KvLossSimTest {
    private static final int RUNS = 1_000;

    private static final ReplyRule SEQ_ALONE = (requestSeq, requestAck, seq, ack) -> true;

    /** On a virtual thread, the kernel's tasks take turns without waking a host thread. */
    private static void onVirtualThread(Runnable body) throws InterruptedException {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        body.run();
                    } catch (Throwable failed) {
                        thrown.set(failed);
                    }
                })
                .join();
        Throwable failed = thrown.get();
        if (failed != null) {
            throw new AssertionFailedError(failed.getMessage(), failed);
        }
    }

    private static KvPlan firstFailing(
            Profile profile, ReplyRule rule, UnaryOperator<KvPlan> change) {
        for (int seed = 0; seed < RUNS; seed++) {
            KvPlan plan = change.apply(KvPlan.random(profile, seed));
            if (KvRun.WRONG.equals(new KvRun(plan, rule).run().failure())) {
                return plan;
            }
        }
        throw new AssertionFailedError("the property does not notice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.18", "2.6.14"})
    void underAnyLoss_answersAreRight_andNothingIsAppliedTwice(String profile) throws Exception {
        onVirtualThread(() -> {
            int unknown = 0;
            int known = 0;
            for (int seed = 0; seed < RUNS; seed++) {
                KvPlan plan = KvPlan.random(Profile.of(profile), seed);
                KvRun run = new KvRun(plan, ReplyRule.SEQ_AND_ACK);
                String failure = run.run().failure();
                if (failure != null) {
                    KvPlan small = KvRun.shrink(plan, ReplyRule.SEQ_AND_ACK, failure);
                    throw new AssertionFailedError(
                            new KvRun(small, ReplyRule.SEQ_AND_ACK).toText(failure));
                }
                for (Call call : run.history().calls()) {
                    known += call.isKnown() ? 1 : 0;
                    unknown += call.isKnown() ? 0 : 1;
                }
                assertTrue(
                        run.history().calls().getLast().isKnown(), "the last reader is answered");
            }
            // Both happen, or the runs would prove nothing.
            assertTrue(known > RUNS, known + " calls were answered");
            assertTrue(unknown > RUNS / 20, unknown + " calls were not");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.18", "2.6.14"})
    void withoutTheAckCheck_aWrongAnswer_shrunkToAReadableRun(String profile) throws Exception {
        onVirtualThread(() -> {
            KvPlan plan = firstFailing(Profile.of(profile), SEQ_ALONE, p -> p);
            KvPlan small = KvRun.shrink(plan, SEQ_ALONE, KvRun.WRONG);
            String text = new KvRun(small, SEQ_ALONE).toText(KvRun.WRONG);

            int calls = small.clients().stream().mapToInt(steps -> steps.size()).sum();
            assertTrue(calls <= 4, text);
            assertTrue(text.lines().count() <= 100, text);
            assertFalse(text.contains("but not again"), text);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.18", "2.6.14"})
    void storeThatRemembersNothing_appliesTwice(String profile) throws Exception {
        onVirtualThread(() -> {
            UnaryOperator<KvPlan> forgetful = plan -> plan.window(0);
            KvPlan plan = firstFailing(Profile.of(profile), ReplyRule.SEQ_AND_ACK, forgetful);
            KvPlan small = KvRun.shrink(plan, ReplyRule.SEQ_AND_ACK, KvRun.WRONG);
            String text = new KvRun(small, ReplyRule.SEQ_AND_ACK).toText(KvRun.WRONG);

            assertTrue(text.contains("APPEND"), text);
            assertTrue(text.lines().count() <= 100, text);
        });
    }

    @Test
    void onePlan_isTheSameEachTime() throws Exception {
        onVirtualThread(() -> {
            KvPlan plan = KvPlan.random(Profile.DEFAULT, 7);
            assertEquals(
                    new KvRun(plan, ReplyRule.SEQ_AND_ACK).run().fingerprint(),
                    new KvRun(plan, ReplyRule.SEQ_AND_ACK).run().fingerprint());
        });
    }
}
