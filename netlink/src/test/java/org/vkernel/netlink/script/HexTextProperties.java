package org.vkernel.netlink.script;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class HexTextProperties {
    @Property
    void anyBytes_formattedAndParsed_areTheSame(
            @ForAll byte[] head, @ForAll byte filler, @ForAll @IntRange(max = 200) int run) {
        byte[] bytes = Arrays.copyOf(head, head.length + run);
        Arrays.fill(bytes, head.length, bytes.length, filler);
        assertArrayEquals(bytes, HexText.parse(HexText.format(bytes)));
    }

    @Example
    void runs_from64On_areShortened() {
        byte[] bytes = new byte[64];
        Arrays.fill(bytes, (byte) 0xab);
        assertEquals("(ab*64)", HexText.format(bytes));
        assertEquals("ab".repeat(63), HexText.format(Arrays.copyOf(bytes, 63)));
        assertArrayEquals(new byte[] {1, 2, 2, 3}, HexText.parse("01(02*2)03"));
    }

    @Example
    void wrongText_isRefused() {
        for (String text : new String[] {"0", "xy", "(ab*)", "(ab7)", "(ab*7", "(a*7)", "00)"}) {
            assertThrows(ScriptFormatException.class, () -> HexText.parse(text), text);
        }
    }
}
