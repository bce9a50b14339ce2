package org.vkernel.testmodules.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "12s, PT12S",
        "500ms, PT0.5S",
        "2m, PT2M",
        "1.5m, PT1M30S",
        "1h, PT1H",
        "250us, PT0.00025S",
        "0.001s, PT0.001S",
        "0s, PT0S",
        "12S, PT12S"
    })
    void parse_aDuration_isRead(String text, Duration expected) {
        assertEquals(expected, Durations.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "12", "s", "-1s", "1 s", "1e3s", "1.s", ".5s", "1d", "12ss", "9999999h"})
    void parse_noDuration_isNull(String text) {
        assertNull(Durations.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"12s", "500ms", "2m", "90s", "0s", "1500ms"})
    void format_isTheShortestThatParseReads(String text) {
        Duration duration = Durations.parse(text);

        assertEquals(text, duration == null ? null : Durations.format(duration));
    }
}
