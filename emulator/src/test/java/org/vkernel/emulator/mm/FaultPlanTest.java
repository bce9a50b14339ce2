package org.vkernel.emulator.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans of faults as text and in code. */
class FaultPlanTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "failslab:probability=10,interval=3",
                "failslab:probability=100,times=1,space=4096,ignore-gfp-wait=N,"
                        + "cache-filter=kmalloc-512|skbuff_head_cache,task=ucon,"
                        + "site=NetlinkGroups.grow,gfp=GFP_ATOMIC,verbose=0",
                "fail_page_alloc:probability=5,min-order=0;failslab:nth=3",
                "fail-nth:nth=17",
            })
    void text_roundTrips(String text) {
        assertEquals(text, FaultPlan.parse(text).toString());
        assertEquals(FaultPlan.parse(text), FaultPlan.parse(FaultPlan.parse(text).toString()));
    }

    @Test
    void code_andText_saySame() {
        FaultPlan plan =
                FaultPlan.of(
                        FaultRule.failslab(10).interval(3).task("ucon"),
                        FaultRule.failPageAlloc(100).minOrder(0).ignoreGfpWait(false));
        assertEquals(
                "failslab:probability=10,interval=3,task=ucon;"
                        + "fail_page_alloc:probability=100,ignore-gfp-wait=N,min-order=0",
                plan.toString());
        assertEquals(plan, FaultPlan.parse(plan.toString()));
        assertEquals(FaultPlan.of(FaultRule.failNth(4)), FaultPlan.parse("fail-nth:nth=4"));
        assertTrue(FaultPlan.NONE.isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "failslob:nth=1 | 'failslob': expected one of failslab, fail_page_alloc, fail-nth",
                "failslab | expected 'failslab:KEY=VALUE,...'",
                "failslab:probability=101 | probability=101: expected a number from 0 to 100",
                "failslab:interval=0 | interval=0: expected a number from 1 on",
                "failslab:interval=2 | failslab: expected probability= or nth=",
                "failslab:probability | probability: expected probability=VALUE",
                "failslab:ignore-gfp-wait=no | ignore-gfp-wait=no: expected Y or N",
                "failslab:min-order=1,nth=1 | min-order=1: only blocks of pages have an order",
                "fail_page_alloc:cache-filter=x,nth=1 | cache-filter=x: pages come from no cache",
                "fail-nth:probability=3 | fail-nth: expected nth=",
                "failslab:probability=3,gfp=GFP_KERNEL"
                        + "| gfp=GFP_KERNEL: such requests are passed over:"
                        + " expected ignore-gfp-wait=N",
            })
    void badText_saysWhatWasExpected(String text, String message) {
        var refused =
                assertThrows(IllegalArgumentException.class, () -> FaultPlan.parse(text.strip()));
        assertEquals(message, refused.getMessage());
    }
}
