package org.vkernel.netlink.core;

import java.util.Arrays;

/**
 * What a {@code getsockopt()} answers: whole words, of which the first {@link #length} bytes are
 * copied to the process.
 */
public final class OptionValue {
    private int[] words = {};
    private int length;

    /** The value, word by word; the last one may not have been copied whole. */
    public int[] words() {
        return Arrays.copyOf(words, words.length);
    }

    /** How many bytes were copied; what {@code optlen} says after the call. */
    public int length() {
        return length;
    }

    /** Sets the value. */
    public void set(int bytes, int... newWords) {
        words = newWords;
        length = bytes;
    }
}
