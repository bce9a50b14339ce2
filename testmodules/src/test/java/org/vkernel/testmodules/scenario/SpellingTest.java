package org.vkernel.testmodules.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
    @ParameterizedTest
    @CsvSource({
        "cntest, cn_test",
        "cn_tset, cn_test",
        "cn_test, cn_test",
        "softirqload, softirq_load",
        "softirq_laod, softirq_load",
        "kv, kv",
        "k, kv",
        "frobnicate,",
        "2,",
        "'',"
    })
    void closest_isTheLeastChange(String name, @Nullable String expected) {
        assertEquals(expected, Spelling.closest(name, List.of("cn_test", "softirq_load", "kv")));
    }
}
