package org.vkernel.emulator.mm;

import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Which allocations of a kernel are made to fail: the first of its rules that says so decides.
 *
 * <p>In code, {@code FaultPlan.of(FaultRule.failslab(10).interval(3).task("ucon"))}; as text,
 * {@code failslab:probability=10,interval=3,task=ucon}.
 *
 * @param rules in the order in which they are asked
 */
public record FaultPlan(ImmutableList<FaultRule> rules) {
    /** Nothing fails. */
    public static final FaultPlan NONE = new FaultPlan(ImmutableList.of());

    private static final char BETWEEN_RULES = ';';

    private static final ImmutableMap<String, BiFunction<FaultRule, String, FaultRule>> KEYS =
            ImmutableMap.<String, BiFunction<FaultRule, String, FaultRule>>builder()
                    .put(
                            "probability",
                            (rule, value) -> rule.probability((int) number(value, 0, 100)))
                    .put(
                            "interval",
                            (rule, value) ->
                                    rule.interval((int) number(value, 1, Integer.MAX_VALUE)))
                    .put(
                            "times",
                            (rule, value) ->
                                    rule.times(
                                            (int)
                                                    number(
                                                            value,
                                                            FaultRule.UNLIMITED,
                                                            Integer.MAX_VALUE)))
                    .put("space", (rule, value) -> rule.space(number(value, 0, Integer.MAX_VALUE)))
                    .put("ignore-gfp-wait", (rule, value) -> rule.ignoreGfpWait(yesOrNo(value)))
                    .put(
                            "cache-filter",
                            (rule, value) ->
                                    rule.caches(
                                            Splitter.on('|')
                                                    .splitToStream(value)
                                                    .toArray(String[]::new)))
                    .put("min-order", (rule, value) -> rule.minOrder((int) number(value, 0, 10)))
                    .put("task", FaultRule::task)
                    .put("site", FaultRule::site)
                    .put("gfp", (rule, value) -> rule.gfp(GfpMask.parse(value)))
                    .put("verbose", (rule, value) -> rule.verbose((int) number(value, 0, 2)))
                    .put("nth", (rule, value) -> rule.nth(number(value, 1, Integer.MAX_VALUE)))
                    .buildOrThrow();

    /** A plan of these rules. */
    public static FaultPlan of(FaultRule... rules) {
        return new FaultPlan(ImmutableList.copyOf(rules));
    }

    /** This plan and one more rule. */
    public FaultPlan with(FaultRule rule) {
        return new FaultPlan(ImmutableList.<FaultRule>builder().addAll(rules).add(rule).build());
    }

    /** Whether nothing fails. */
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    // ---- Text --------------------------------------------------------------------------------

    /**
     * Reads a plan: {@code KIND:KEY=VALUE,...} for each rule, with a semicolon between rules.
     *
     * <pre>
     *   KIND             failslab, fail_page_alloc, or fail-nth for both by number
     *   probability      percent of those that come so far that fail
     *   interval         only each so-manieth of them
     *   times            how many at most; -1: no limit
     *   space            bytes given out before the first fails
     *   ignore-gfp-wait  Y (the default): requests that may sleep do not fail by chance; N
     *   cache-filter     names of caches, with | between
     *   min-order        the least order of blocks of pages that fail by chance; by default 1
     *   task             the task's name
     *   site             what a frame of the call trace begins with: Class.method
     *   gfp              bits that the mask has: GFP_ATOMIC
     *   verbose          0: no line in the log; 1: lines; 2 (the default): also the call trace
     *   nth              that one fails, whatever its mask or order
     * </pre>
     *
     * @throws IllegalArgumentException if something is wrong with it, in words that say what was
     *     expected
     */
    public static FaultPlan parse(String text) {
        return new FaultPlan(
                Splitter.on(BETWEEN_RULES)
                        .splitToStream(text)
                        .map(FaultPlan::parseRule)
                        .collect(ImmutableList.toImmutableList()));
    }

    private static FaultRule parseRule(String text) {
        List<String> halves = Splitter.on(':').limit(2).splitToList(text);
        FaultRule rule = FaultRule.of(kind(halves.getFirst()));
        if (halves.size() < 2 || halves.get(1).isEmpty()) {
            throw new IllegalArgumentException(
                    "expected '" + halves.getFirst() + ":KEY=VALUE,...'");
        }
        for (String word : Splitter.on(',').split(halves.get(1))) {
            rule = withWord(rule, word);
        }
        return checked(rule);
    }

    private static FaultKind kind(String name) {
        for (FaultKind kind : FaultKind.values()) {
            if (kind.toString().equals(name)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "'" + name + "': expected one of " + String.join(", ", FaultKind.names()));
    }

    private static FaultRule withWord(FaultRule rule, String word) {
        int equals = word.indexOf('=');
        String key = equals < 0 ? word : word.substring(0, equals);
        BiFunction<FaultRule, String, FaultRule> setter = KEYS.get(key);
        if (setter == null) {
            throw new IllegalArgumentException(
                    "'" + key + "': expected one of " + String.join(", ", KEYS.keySet()));
        }
        String value = equals < 0 ? "" : word.substring(equals + 1);
        if (value.isEmpty()) {
            throw new IllegalArgumentException(key + ": expected " + key + "=VALUE");
        }
        try {
            return setter.apply(rule, value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(word + ": " + e.getMessage(), e);
        }
    }

    /** Refuses a rule that can make nothing fail. */
    private static FaultRule checked(FaultRule rule) {
        if (rule.probability() == 0 && rule.nth() == 0) {
            throw new IllegalArgumentException(
                    rule.kind()
                            + ": expected "
                            + (rule.kind() == FaultKind.FAIL_NTH
                                    ? "nth="
                                    : "probability= or nth="));
        }
        if (rule.kind() == FaultKind.FAIL_NTH && rule.nth() == 0) {
            throw new IllegalArgumentException(rule.kind() + ": expected nth=");
        }
        GfpMask gfp = rule.gfp();
        if (rule.probability() > 0 && rule.ignoreGfpWait() && gfp != null && gfp.allowBlocking()) {
            throw new IllegalArgumentException(
                    "gfp=" + gfp + ": such requests are passed over: expected ignore-gfp-wait=N");
        }
        return rule;
    }

    private static long number(String text, int least, int most) {
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // As one that is out of range.
        }
        throw new IllegalArgumentException(
                most == Integer.MAX_VALUE
                        ? "expected a number from " + least + " on"
                        : "expected a number from " + least + " to " + most);
    }

    private static boolean yesOrNo(String text) {
        return switch (text) {
            case "Y", "y", "1" -> true;
            case "N", "n", "0" -> false;
            default -> throw new IllegalArgumentException("expected Y or N");
        };
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return Joiner.on(BETWEEN_RULES).join(rules);
    }
}
