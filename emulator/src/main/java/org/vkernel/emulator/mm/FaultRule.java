package org.vkernel.emulator.mm;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableSet;
import com.google.errorprone.annotations.CheckReturnValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which allocations of one {@link FaultKind} fail. Immutable: each setter gives a changed copy.
 *
 * <p>Models {@code struct fault_attr} (include/linux/fault-inject.h) and the knobs of mm/failslab.c
 * and mm/fail_page_alloc.c, under their names. Differs from Linux: {@code times} is unlimited
 * unless given (there: 1); the filters {@code gfp}, {@code site} and {@code task} are by name; what
 * {@code nth} counts is any allocation that may fail and that the filters let pass, of any task and
 * in interrupts, too.
 *
 * <p>As text: {@code failslab:probability=10,interval=3}; see {@link FaultPlan#parse}.
 */
@CheckReturnValue
public final class FaultRule {
    /** {@link #times()}: as often as it comes. */
    public static final int UNLIMITED = -1;

    private final FaultKind kind;
    private int probability;
    private int interval = 1;
    private int times = UNLIMITED;
    private long space;
    private boolean ignoreGfpWait = true;
    private ImmutableSet<String> caches = ImmutableSet.of();
    private int minOrder = 1;
    private @Nullable String task;
    private @Nullable String site;
    private @Nullable GfpMask gfp;
    private int verbose = 2;
    private long nth;

    private FaultRule(FaultKind kind) {
        this.kind = kind;
    }

    private FaultRule(FaultRule from) {
        kind = from.kind;
        probability = from.probability;
        interval = from.interval;
        times = from.times;
        space = from.space;
        ignoreGfpWait = from.ignoreGfpWait;
        caches = from.caches;
        minOrder = from.minOrder;
        task = from.task;
        site = from.site;
        gfp = from.gfp;
        verbose = from.verbose;
        nth = from.nth;
    }

    /** A rule that makes nothing fail yet. */
    static FaultRule of(FaultKind kind) {
        return new FaultRule(kind);
    }

    /** Each object fails with this probability, in percent. */
    public static FaultRule failslab(int probability) {
        return of(FaultKind.FAILSLAB).probability(probability);
    }

    /** Each block of pages fails with this probability, in percent. */
    public static FaultRule failPageAlloc(int probability) {
        return of(FaultKind.FAIL_PAGE_ALLOC).probability(probability);
    }

    /** The {@code nth} allocation from now on fails, from 1. */
    public static FaultRule failNth(long nth) {
        return of(FaultKind.FAIL_NTH).nth(nth);
    }

    /** Where it injects failures. */
    public FaultKind kind() {
        return kind;
    }

    /** How many of those that get that far fail, in percent. */
    public int probability() {
        return probability;
    }

    /** How many of those that get that far fail, in percent. */
    public FaultRule probability(int percent) {
        Preconditions.checkArgument(
                percent >= 0 && percent <= 100, "probability: %s, not 0 to 100", percent);
        FaultRule copy = new FaultRule(this);
        copy.probability = percent;
        return copy;
    }

    /** Only each so-manieth of those that get that far fails. */
    public int interval() {
        return interval;
    }

    /** Only each so-manieth of those that get that far fails. */
    public FaultRule interval(int value) {
        Preconditions.checkArgument(value >= 1, "interval: %s, not 1 or more", value);
        FaultRule copy = new FaultRule(this);
        copy.interval = value;
        return copy;
    }

    /** How many fail at most; {@link #UNLIMITED}. */
    public int times() {
        return times;
    }

    /** How many fail at most; {@link #UNLIMITED}. */
    public FaultRule times(int value) {
        Preconditions.checkArgument(value >= UNLIMITED, "times: %s, not -1 or more", value);
        FaultRule copy = new FaultRule(this);
        copy.times = value;
        return copy;
    }

    /** How many bytes are given out before the first fails. */
    public long space() {
        return space;
    }

    /** How many bytes are given out before the first fails. */
    public FaultRule space(long bytes) {
        Preconditions.checkArgument(bytes >= 0, "space: %s, not 0 or more", bytes);
        FaultRule copy = new FaultRule(this);
        copy.space = bytes;
        return copy;
    }

    /** Whether requests that may sleep are passed over; true by default. */
    public boolean ignoreGfpWait() {
        return ignoreGfpWait;
    }

    /** Whether requests that may sleep are passed over; true by default. */
    public FaultRule ignoreGfpWait(boolean value) {
        FaultRule copy = new FaultRule(this);
        copy.ignoreGfpWait = value;
        return copy;
    }

    /** The caches whose objects fail; empty: all. */
    public ImmutableSet<String> caches() {
        return caches;
    }

    /** The caches whose objects fail, by name; none: all. Only for objects. */
    public FaultRule caches(String... names) {
        Preconditions.checkArgument(kind != FaultKind.FAIL_PAGE_ALLOC, "pages come from no cache");
        FaultRule copy = new FaultRule(this);
        copy.caches = ImmutableSet.copyOf(names);
        return copy;
    }

    /** The least order of blocks that fail by chance; 1 by default. */
    public int minOrder() {
        return minOrder;
    }

    /** The least order of blocks that fail by chance. Only for pages. */
    public FaultRule minOrder(int order) {
        Preconditions.checkArgument(
                kind == FaultKind.FAIL_PAGE_ALLOC, "only blocks of pages have an order");
        Preconditions.checkArgument(order >= 0, "min-order: %s, not 0 or more", order);
        FaultRule copy = new FaultRule(this);
        copy.minOrder = order;
        return copy;
    }

    /** The name of the tasks in whose context allocations fail; null: in any. */
    public @Nullable String task() {
        return task;
    }

    /** The name of the tasks for which allocations fail; what interrupts allocate then does not. */
    public FaultRule task(String comm) {
        FaultRule copy = new FaultRule(this);
        copy.task = comm;
        return copy;
    }

    /** What a frame of the call trace must begin with; null: anything. */
    public @Nullable String site() {
        return site;
    }

    /** What a frame of the call trace must begin with, such as {@code NetlinkGroups.grow}. */
    public FaultRule site(String prefix) {
        FaultRule copy = new FaultRule(this);
        copy.site = prefix;
        return copy;
    }

    /** The bits that a mask must have; null: any. */
    public @Nullable GfpMask gfp() {
        return gfp;
    }

    /** The bits that a mask must have. */
    public FaultRule gfp(GfpMask bits) {
        FaultRule copy = new FaultRule(this);
        copy.gfp = bits;
        return copy;
    }

    /** 0: failures are not logged; 1: they are; 2, the default: with the call trace. */
    public int verbose() {
        return verbose;
    }

    /** 0: failures are not logged; 1: they are; 2, the default: with the call trace. */
    public FaultRule verbose(int value) {
        FaultRule copy = new FaultRule(this);
        copy.verbose = value;
        return copy;
    }

    /** Which allocation fails, counted from 1; 0: none by number. */
    public long nth() {
        return nth;
    }

    /** Which allocation fails, counted from 1, whatever its mask or order; 0: none by number. */
    public FaultRule nth(long value) {
        Preconditions.checkArgument(value >= 0, "nth: %s, not 0 or more", value);
        FaultRule copy = new FaultRule(this);
        copy.nth = value;
        return copy;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FaultRule rule && rule.toString().equals(toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /** As {@link FaultPlan#parse} reads it: what differs from the defaults. */
    @Override
    public String toString() {
        FaultRule plain = of(kind);
        List<String> words = new ArrayList<>();
        add(words, "probability", probability, plain.probability);
        add(words, "interval", interval, plain.interval);
        add(words, "times", times, plain.times);
        add(words, "space", space, plain.space);
        add(words, "ignore-gfp-wait", ignoreGfpWait ? "Y" : "N", "Y");
        add(words, "cache-filter", String.join("|", caches), "");
        add(words, "min-order", minOrder, plain.minOrder);
        add(words, "task", task, null);
        add(words, "site", site, null);
        add(words, "gfp", gfp, null);
        add(words, "verbose", verbose, plain.verbose);
        add(words, "nth", nth, 0L);
        return kind + ":" + String.join(",", words);
    }

    private static void add(
            List<String> words, String key, @Nullable Object value, @Nullable Object plain) {
        if (value != null && !value.equals(plain)) {
            words.add(key + "=" + value);
        }
    }
}
