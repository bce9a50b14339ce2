package org.vkernel.emulator.explore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ReplayTokenTest {
    @Provide
    Arbitrary<SparseSchedule> schedules() {
        Arbitrary<Integer> gap = Arbitraries.integers().between(1, 5_000);
        Arbitrary<Integer> answer = Arbitraries.integers().between(1, 300);
        return Combinators.combine(gap, answer)
                .as((g, a) -> List.of(g, a))
                .list()
                .ofMaxSize(90)
                .map(ReplayTokenTest::schedule);
    }

    private static SparseSchedule schedule(List<List<Integer>> steps) {
        ImmutableList.Builder<SparseSchedule.Deviation> deviations = ImmutableList.builder();
        int question = -1;
        for (List<Integer> step : steps) {
            question += step.get(0);
            deviations.add(new SparseSchedule.Deviation(question, step.get(1)));
        }
        return new SparseSchedule(deviations.build());
    }

    @Property
    void seedToken_comesBack(
            @ForAll String program, @ForAll long seed, @ForAll int check, @ForAll String strategy) {
        String name = strategy.equals(ReplaySchedule.NAME) ? "other" : strategy;
        ReplayToken token = new ReplayToken(utf8(program), utf8(name), seed, null, check);

        assertEquals(token, ReplayToken.parse(token.toString()));
        assertTrue(token.toString().matches("[A-Za-z0-9_-]+"), token.toString());
    }

    /** A lone surrogate is no text: UTF-8 has a question mark for it. */
    private static String utf8(String text) {
        return new String(text.getBytes(UTF_8), UTF_8);
    }

    @Property
    void scheduleToken_comesBack(
            @ForAll("schedules") SparseSchedule schedule, @ForAll long seed, @ForAll int check) {
        ReplayToken token = new ReplayToken("cn_test", ReplaySchedule.NAME, seed, schedule, check);

        assertEquals(token, ReplayToken.parse(token.toString()));
    }

    @Property
    void anyText_isReadOrRefusedInOneLine(@ForAll String text) {
        try {
            var _ = ReplayToken.parse(text);
        } catch (IllegalArgumentException e) {
            assertEquals(1, String.valueOf(e.getMessage()).lines().count());
        }
    }

    @Property(tries = 100)
    void tokenWithOneWrongCharacter_isRefused(@ForAll("schedules") SparseSchedule schedule) {
        String text = new ReplayToken("p", ReplaySchedule.NAME, 7, schedule, 1).toString();
        for (int i = 0; i < text.length() - 1; i += 5) {
            char other = text.charAt(i) == 'A' ? 'B' : 'A';
            String wrong = text.substring(0, i) + other + text.substring(i + 1);

            assertThrows(IllegalArgumentException.class, () -> ReplayToken.parse(wrong), wrong);
        }
    }

    @Test
    void tokensOfUsualRuns_areShort() {
        String program = "cn_test\n--kernel=2.6.14\n--cpus=4\n--for=12s\n--jitter";
        ReplayToken seed = new ReplayToken(program, "pct-3-12345", 1_000_000, null, -1);
        assertTrue(seed.toString().length() <= 120, seed.toString());

        List<List<Integer>> steps = Collections.nCopies(90, List.of(100, 100));
        ReplayToken shrunk =
                new ReplayToken(program, ReplaySchedule.NAME, 1_000_000, schedule(steps), -1);
        assertTrue(shrunk.toString().length() <= 400, "" + shrunk.toString().length());
    }
}
