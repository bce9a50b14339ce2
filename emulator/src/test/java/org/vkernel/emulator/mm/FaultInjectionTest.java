package org.vkernel.emulator.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.DepthFirstSearch;
import org.vkernel.emulator.explore.SparseSchedule;
import org.vkernel.emulator.explore.Strategies;
import org.vkernel.emulator.irq.Tasklet;
import org.vkernel.emulator.printk.LogRecord;
import org.vkernel.emulator.sched.Strategy;
import org.vkernel.emulator.trace.TraceEvent;

/** Which allocations a plan of faults makes fail, and how the strategies answer for chance. */
class FaultInjectionTest {
    private static final int LARGE = 40_000; // a block of pages of order 4

    /** What became of some allocations, a letter each: {@code .} or {@code F}. */
    private static String outcome(KernelConfig config, int count, GfpMask gfp, long bytes) {
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            fillCache(kernel);
            return kernel.call(() -> tries(kernel, count, gfp, bytes));
        }
    }

    /** Has objects lie ready, so that none of those below needs a page. */
    private static void fillCache(VirtualKernel kernel) {
        FaultPlan plan = kernel.faults().plan();
        kernel.faults().set(FaultPlan.NONE);
        kernel.run(() -> assertTrue(take(kernel.mm(), GfpMask.KERNEL, 100)));
        kernel.faults().set(plan);
    }

    private static String tries(VirtualKernel kernel, int count, GfpMask gfp, long bytes) {
        return letters(count, () -> take(kernel.mm(), gfp, bytes));
    }

    private static boolean take(Memory mm, GfpMask gfp, long bytes) {
        int object = mm.kmalloc(bytes, gfp);
        mm.kfree(object);
        return object != 0;
    }

    private static String letters(int count, BooleanSupplier taken) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < count; i++) {
            letters.append(taken.getAsBoolean() ? '.' : 'F');
        }
        return letters.toString();
    }

    private static KernelConfig with(String plan) {
        return KernelConfig.simulated(1).cpus(1).faults(FaultPlan.parse(plan));
    }

    // ---- Which ones --------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "failslab:probability=100, FFFFFFFF",
        "'failslab:probability=100,times=3', FFF.....",
        "'failslab:probability=100,interval=3', ..F..F..",
        "'failslab:probability=100,interval=3,times=1', ..F.....",
        // 100 bytes each: those that still fit into the space are given out.
        "'failslab:probability=100,space=250', ..FFFFFF",
        "failslab:nth=3, ..F.....",
        "'failslab:nth=3,probability=100', ..FFFFFF",
        "fail-nth:nth=8, .......F",
        "'failslab:probability=100,cache-filter=kmalloc-128', FFFFFFFF",
        "'failslab:probability=100,cache-filter=kmalloc-256|kmalloc-96', ........",
        "'failslab:probability=100,gfp=GFP_ATOMIC', FFFFFFFF",
        "'failslab:probability=100,gfp=__GFP_NOWARN', ........",
        "'failslab:probability=100,task=init', FFFFFFFF",
        "'failslab:probability=100,task=ucon', ........",
        "'failslab:probability=100,times=2;failslab:probability=100,interval=4', FF...F..",
        "fail_page_alloc:probability=100, ........",
    })
    void rule_choosesAmongObjects(String plan, String expected) {
        assertEquals(expected, outcome(with(plan), 8, GfpMask.ATOMIC, 100));
    }

    @ParameterizedTest
    @CsvSource({
        "failslab:probability=100, ....",
        "'failslab:probability=100,ignore-gfp-wait=N', FFFF",
        "failslab:nth=2, .F..",
        "fail-nth:nth=2, .F..",
    })
    void rule_passesOverWhatMaySleep_unlessToldOtherwise(String plan, String expected) {
        assertEquals(expected, outcome(with(plan), 4, GfpMask.KERNEL, 100));
    }

    @ParameterizedTest
    @CsvSource({
        "fail_page_alloc:probability=100, FFFF",
        "'fail_page_alloc:probability=100,min-order=5', ....",
        "'fail_page_alloc:nth=2,min-order=5', .F..",
        "fail-nth:nth=2, .F..",
        "failslab:probability=100, ....",
    })
    void rule_choosesAmongBlocksOfPages(String plan, String expected) {
        assertEquals(expected, outcome(with(plan), 4, GfpMask.ATOMIC, LARGE));
    }

    @Test
    void noFail_isNeitherFailedNorCounted() {
        try (VirtualKernel kernel = VirtualKernel.boot(with("fail-nth:nth=2"))) {
            fillCache(kernel);
            kernel.run(() -> {
                GfpMask noFail = GfpMask.KERNEL.with(GfpMask.Flag.NOFAIL);
                assertEquals(".", tries(kernel, 1, GfpMask.KERNEL, 100));
                assertEquals("...", tries(kernel, 3, noFail, 100));
                assertEquals("F.", tries(kernel, 2, GfpMask.KERNEL, 100));
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"Sockets.socket, 23", "Sockets.free, 97", "Nobody, 97"})
    void site_isAFrameOfTheCallTrace(String site, int errno) {
        try (VirtualKernel kernel = VirtualKernel.boot(with("fail-nth:nth=1,site=" + site))) {
            // There is no family, but the inode is made before that is found out.
            assertEquals(
                    -errno,
                    (int) kernel.call(() -> kernel.sockets().socket(kernel.init(), 16, 2, 0)));
        }
    }

    @Test
    void interrupt_isNoTask() {
        String plan = "failslab:probability=100,task=init";
        try (VirtualKernel kernel = VirtualKernel.boot(with(plan))) {
            List<String> seen = new ArrayList<>();
            var tasklet =
                    new Tasklet(
                            kernel.tasklets(),
                            "fault",
                            () -> seen.add(tries(kernel, 1, GfpMask.ATOMIC, 100)));
            kernel.run(tasklet::schedule);
            kernel.runFor(Duration.ofMillis(20));
            assertEquals(List.of("."), seen);
        }
    }

    @Test
    void set_startsToCountAnew() {
        try (VirtualKernel kernel = VirtualKernel.boot(with("fail-nth:nth=2"))) {
            fillCache(kernel);
            kernel.run(() -> {
                assertEquals(".F.", tries(kernel, 3, GfpMask.KERNEL, 100));
                kernel.faults().set(FaultPlan.of(FaultRule.failNth(1)));
                assertEquals("F.", tries(kernel, 2, GfpMask.KERNEL, 100));
                kernel.faults().set(FaultPlan.NONE);
                assertEquals("..", tries(kernel, 2, GfpMask.KERNEL, 100));
            });
            assertEquals(2, kernel.faults().injectedCount());
        }
    }

    // ---- What is told ------------------------------------------------------------------------

    @Test
    void failure_isLoggedAndTraced() {
        List<TraceEvent> events = new ArrayList<>();
        KernelConfig config =
                with("failslab:probability=100,times=1").trace(event -> events.add(event));
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            kernel.run(() -> assertEquals("F.", tries(kernel, 2, GfpMask.ATOMIC, 100)));
            List<String> log =
                    kernel.printk().records().stream().map(LogRecord::text).limit(5).toList();
            assertEquals("FAULT_INJECTION: forcing a failure.", log.get(0));
            assertEquals(
                    "name failslab, interval 1, probability 100, space 0, times 1", log.get(1));
            assertEquals("CPU: 0 Comm: init[1]", log.get(2));
            assertEquals("Call Trace:", log.get(3));
            InjectedFault fault = kernel.faults().injected().getFirst();
            assertEquals("kmalloc-128", fault.what());
            assertEquals("FAULT", log.get(0).substring(0, 5));
            assertEquals(100, fault.bytes());
        }
        TraceEvent told =
                events.stream()
                        .filter(event -> event.kind().name().equals("fault_injected"))
                        .findFirst()
                        .orElseThrow();
        assertEquals(100, told.second());
        assertTrue(String.valueOf(told.text()).startsWith("failslab kmalloc-128 (GFP_ATOMIC)"));
    }

    @ParameterizedTest
    @CsvSource({"0, 0x820, 0", "1, 0x820, 2", "1, 0x2820, 0"})
    void failure_isLoggedAsFarAsWanted(int verbose, String gfp, int lines) {
        try (VirtualKernel kernel =
                VirtualKernel.boot(with("failslab:probability=100,verbose=" + verbose))) {
            kernel.run(() -> tries(kernel, 1, GfpMask.parse(gfp), 100));
            assertEquals(lines, kernel.printk().records().size());
            assertEquals(1, kernel.faults().injectedCount());
        }
    }

    // ---- Chance ------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"random", "pct", "pos", "round-robin"})
    void chance_isTheStrategys_withThePlansProbability(String strategy) {
        KernelConfig config =
                with("failslab:probability=20,verbose=0")
                        .strategy(seed -> Strategies.of(strategy, seed));
        String outcome = outcome(config, 1000, GfpMask.ATOMIC, 100);
        long failed = outcome.chars().filter(letter -> letter == 'F').count();
        assertTrue(failed > 150 && failed < 250, strategy + ": " + failed + " of 1000");
        assertEquals(outcome, outcome(config, 1000, GfpMask.ATOMIC, 100));
    }

    @Test
    void parallelMachine_drawsByTheSeed() {
        KernelConfig config = with("failslab:probability=20,verbose=0").onParallelMachine();
        String outcome = outcome(config, 1000, GfpMask.ATOMIC, 100);
        long failed = outcome.chars().filter(letter -> letter == 'F').count();
        assertTrue(failed > 150 && failed < 250, failed + " of 1000");
    }

    @Test
    void exhaustive_meetsEachCombination_eachFailureUnforced() {
        assertEquals(List.of("...", "..F", ".F.", ".FF", "F..", "F.F", "FF.", "FFF"), searched(3));
        assertEquals(List.of("...", "..F", ".F.", "F.."), searched(1));
    }

    private static List<String> searched(int bound) {
        DepthFirstSearch search = new DepthFirstSearch(bound);
        List<String> outcomes = new ArrayList<>();
        do {
            LongFunction<Strategy> next = seed -> search.strategy();
            outcomes.add(
                    outcome(
                            with("failslab:probability=50,verbose=0").strategy(next),
                            3,
                            GfpMask.ATOMIC,
                            100));
        } while (search.next());
        return outcomes.stream().sorted((a, b) -> a.compareTo(b)).toList();
    }

    @Test
    void schedule_repeatsTheFailures_andWithoutThemNothingFails() {
        KernelConfig config = with("failslab:probability=30,verbose=0").recording(true);
        String outcome;
        int[] schedule;
        try (VirtualKernel kernel = VirtualKernel.boot(config)) {
            outcome = kernel.call(() -> tries(kernel, 30, GfpMask.ATOMIC, 100));
            schedule = kernel.schedule();
        }
        SparseSchedule sparse = SparseSchedule.of(schedule);
        assertEquals(outcome.chars().filter(letter -> letter == 'F').count(), sparse.size());
        assertEquals(
                outcome,
                outcome(config.strategy(seed -> sparse.strategy()), 30, GfpMask.ATOMIC, 100));
        assertEquals(
                ".".repeat(30),
                outcome(
                        config.strategy(seed -> SparseSchedule.of(new int[0]).strategy()),
                        30,
                        GfpMask.ATOMIC,
                        100));
    }

    @Test
    void noPlan_asksNothing() {
        try (VirtualKernel kernel =
                VirtualKernel.boot(KernelConfig.simulated(1).cpus(1).recording(true))) {
            kernel.run(() -> tries(kernel, 30, GfpMask.ATOMIC, 100));
            assertEquals(0, kernel.schedule().length);
        }
    }
}
