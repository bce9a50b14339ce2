package org.vkernel.testmodules.property.invariant;

import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.trace.TraceEvent;

/**
 * A timer of the wheel never fires early, and late by at most the granularity of its wheel level.
 *
 * <p>The second holds where time passes only when nothing can run, so that nothing holds off the
 * softirq: without jitter. Times beyond the wheel's range are forced to its end, and are not looked
 * at.
 */
public final class TimersAreOnTime implements Invariant {
    private static final int COARSE_HZ = 100;
    private static final int LEVEL_BITS = 3;
    private static final int FIRST_LEVEL_TICKS = 63;

    private final int levels;
    private final boolean checksLate;
    private final Map<Long, Armed> armed = new HashMap<>();

    /** What a timer is due for that another CPU has taken off its wheel and not called yet. */
    private final Map<Long, Armed> underWay = new HashMap<>();

    private record Armed(long expires, long now) {}

    /**
     * Watches a kernel's timers.
     *
     * @param hz ticks a second, on which the number of levels depends
     * @param jitter whether time may pass although something can run
     */
    public TimersAreOnTime(int hz, boolean jitter) {
        levels = hz > COARSE_HZ ? 9 : 8;
        checksLate = !jitter;
    }

    @Override
    public String rule() {
        return "a timer fires at the wrong time";
    }

    @Override
    public Set<String> kinds() {
        return ImmutableSet.of(
                "timer:timer_start", "timer:timer_expire_entry", "timer:timer_cancel");
    }

    @Override
    public @Nullable String see(TraceEvent event) {
        long timer = event.first();
        if (event.kind().name().equals("timer_start")) {
            Armed before = armed.put(timer, new Armed(event.second(), event.third()));
            if (before != null && before.expires - event.third() <= 0) {
                underWay.put(timer, before);
            }
            return null;
        }
        Armed was = armed.remove(timer);
        if (was == null || event.kind().name().equals("timer_cancel")) {
            return null;
        }
        Armed before = underWay.remove(timer);
        if (before != null && event.second() - was.expires < 0) {
            armed.put(timer, was);
            return check(event.text(), before, event.second());
        }
        return check(event.text(), was, event.second());
    }

    private @Nullable String check(@Nullable String name, Armed was, long now) {
        long delta = was.expires - was.now;
        int level = 0;
        while (level < levels && delta >= (long) FIRST_LEVEL_TICKS << (LEVEL_BITS * level)) {
            level++;
        }
        if (level == levels) {
            return null;
        }
        long late = now - was.expires;
        // One that is due already when it is armed fires at the next tick.
        long most = Math.max(0, -delta) + (1L << (LEVEL_BITS * level)) + 1;
        if (late < 0) {
            return name + " was armed for " + was.expires + " and fires at " + now;
        }
        return checksLate && late > most
                ? name + " of level " + level + " fires " + late + " ticks late"
                : null;
    }
}
