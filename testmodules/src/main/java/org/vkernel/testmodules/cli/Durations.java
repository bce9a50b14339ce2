package org.vkernel.testmodules.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations as users write them: {@code 12s}, {@code 500ms}, {@code 1.5m}. */
final class Durations {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(us|ms|s|m|h)");

    /** 292 years, the most that the kernel's clock can count. */
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

    private Durations() {}

    /** What {@code text} says, or null if it is no duration. */
    static @Nullable Duration parse(String text) {
        Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return null;
        }
        long unitNanos =
                switch (matcher.group(2)) {
                    case "us" -> 1_000L;
                    case "ms" -> 1_000_000L;
                    case "s" -> 1_000_000_000L;
                    case "m" -> 60_000_000_000L;
                    default -> 3_600_000_000_000L;
                };
        BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unitNanos));
        return nanos.compareTo(MOST) > 0 ? null : Duration.ofNanos(nanos.longValue());
    }

    /** The shortest text that {@link #parse} reads as {@code duration}, for whole milliseconds. */
    static String format(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 != 0
                ? millis + "ms"
                : millis % 60_000 != 0 || millis == 0 ? millis / 1000 + "s" : millis / 60_000 + "m";
    }
}
