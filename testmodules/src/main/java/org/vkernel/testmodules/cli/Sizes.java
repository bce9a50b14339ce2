package org.vkernel.testmodules.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as users write them: {@code 64M}, {@code 1G}, {@code 4096K}. */
final class Sizes {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})([kmg])(?:i?b)?");
    private static final int KIB_SHIFT = 10;

    private Sizes() {}

    /** How many bytes {@code text} says, or -1 if it is no size. */
    static long parse(String text) {
        Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return -1;
        }
        return Long.parseLong(matcher.group(1)) << shift(matcher.group(2).charAt(0));
    }

    private static int shift(char unit) {
        return KIB_SHIFT * ("kmg".indexOf(unit) + 1);
    }

    /** The shortest text that {@link #parse} reads as {@code bytes}, which are whole KiB. */
    static String format(long bytes) {
        for (char unit : new char[] {'g', 'm'}) {
            long whole = bytes >> shift(unit);
            if (whole << shift(unit) == bytes) {
                return whole + String.valueOf(Character.toUpperCase(unit));
            }
        }
        return (bytes >> KIB_SHIFT) + "K";
    }
}
