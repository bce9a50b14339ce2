package org.vkernel.testmodules.scenario;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Guesses what a misspelt name was meant to be. */
public final class Spelling {
    private Spelling() {}

    /** The known name that is closest to {@code name}, or null if none is close. */
    public static @Nullable String closest(String name, Collection<String> known) {
        String best = null;
        int least = Math.max(2, name.length() / 3) + 1;
        for (String candidate : known) {
            int distance = distance(name, candidate);
            boolean isAkin = distance < Math.max(name.length(), candidate.length());
            if (isAkin && distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return best;
    }

    /** How many characters have to be added, taken away or changed (Levenshtein). */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
