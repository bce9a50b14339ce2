package org.vkernel.testmodules.wrong;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.check.CallTraces;
import org.vkernel.emulator.module.KernelModule;

/**
 * Runs each wrong module and its twin under several schedules: the one breaks its rule and no
 * other, at the line that bears the mark; the other breaks none.
 */
class WrongModulesTest {
    private static final int SEEDS = 20;
    private static final Path SOURCES = Path.of("src/main/java/org/vkernel/testmodules/wrong");

    static List<WrongModule> all() {
        return WrongModules.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void wrong_anySchedule_isCaughtAtItsLine(WrongModule module) throws IOException {
        String place = markedPlace(module.wrong());
        int caught = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            List<BugReport> reports = run(module, module.wrong(), seed);
            if (reports.isEmpty() && module.isRace()) {
                continue;
            }
            assertEquals(1, reports.size(), () -> reports.toString());
            BugReport report = reports.getFirst();
            assertEquals(module.rule(), report.rule());
            assertFalse(report.why().isEmpty(), "no sentence on " + report.rule());
            assertTrue(
                    report.lines().stream().anyMatch(line -> line.endsWith(place)),
                    () -> place + " is not in\n" + String.join("\n", report.lines()));
            caught++;
        }
        assertTrue(caught > 0, "never caught in " + SEEDS + " schedules");
    }

    @ParameterizedTest
    @MethodSource("all")
    void repaired_anySchedule_isClean(WrongModule module) {
        for (int seed = 0; seed < SEEDS; seed++) {
            List<BugReport> reports = run(module, module.repaired(), seed);
            assertTrue(reports.isEmpty(), () -> String.join("\n", reports.getFirst().lines()));
        }
    }

    /** Those whose module is wrong as soon as it is loaded and unloaded, on either machine. */
    static List<Class<? extends KernelModule>> onBothMachines() {
        return List.of(
                LeftTimer.class,
                LeftHrTimer.class,
                LeftWork.class,
                LeftTasklet.class,
                LeftThread.class,
                LeftProcEntry.class,
                LeftCallback.class,
                LeftSocket.class,
                LeftMemory.class,
                ReadsFreed.class,
                FreesAgain.class,
                WritesBeyond.class,
                LeaksHole.class,
                UsesFreed.class,
                FreesTwice.class,
                TakesFromZero.class,
                CountsTooFar.class,
                SleepsUnderLock.class,
                SleepsInReadSection.class,
                AllocatesUnderLock.class,
                UnlocksTwice.class,
                LocksTwice.class);
    }

    @ParameterizedTest
    @MethodSource("onBothMachines")
    void wrong_parallelMachine_isCaughtAtItsLine(Class<? extends KernelModule> type)
            throws IOException {
        WrongModule module = find(type);
        KernelConfig config = KernelConfig.parallel();
        List<BugReport> reports = run(module, type, config, Duration.ofMillis(1));

        assertEquals(module.rule(), reports.getFirst().rule());
        String place = markedPlace(type);
        assertTrue(
                reports.getFirst().lines().stream().anyMatch(line -> line.endsWith(place)),
                () -> place + " is not in\n" + String.join("\n", reports.getFirst().lines()));
        assertEquals(List.of(), run(module, module.repaired(), config, Duration.ofMillis(1)));
    }

    /** There it costs too much to be done unasked. */
    @ParameterizedTest
    @ValueSource(classes = {LeftBuffer.class, FreesTwice.class, UsesFreed.class})
    void skbs_parallelMachine_haveTheirPlacesIfAsked(Class<? extends KernelModule> type) {
        WrongModule module = find(type);
        KernelConfig config = KernelConfig.parallel().callTraces(CallTraces.ALL);
        List<BugReport> reports = run(module, type, config, Duration.ofMillis(1));

        assertEquals(module.rule(), reports.getFirst().rule());
        assertTrue(
                reports.getFirst().others().stream()
                        .filter(place -> place.title().startsWith("Allocated by task"))
                        .anyMatch(place -> place.stack().toString().contains(type.getSimpleName())),
                () -> String.join("\n", reports.getFirst().lines()));
        assertEquals(List.of(), run(module, module.repaired(), config, Duration.ofMillis(1)));
    }

    private static WrongModule find(Class<? extends KernelModule> type) {
        return WrongModules.all().stream()
                .filter(one -> one.wrong().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private static ImmutableList<BugReport> run(
            WrongModule module, Class<? extends KernelModule> type, int seed) {
        return run(
                module,
                type,
                KernelConfig.simulated(seed)
                        .callTraces(module.callTraces() ? CallTraces.ALL : CallTraces.OBJECTS),
                module.time());
    }

    private static ImmutableList<BugReport> run(
            WrongModule module,
            Class<? extends KernelModule> type,
            KernelConfig config,
            Duration time) {
        VirtualKernel kernel = VirtualKernel.boot(config);
        try {
            kernel.modprobe(type);
            if (module.process() != null) {
                kernel.spawn("user", module.process());
            }
            kernel.runFor(time);
        } catch (KernelFailedException broken) {
            // It stands in the reports.
        }
        kernel.shutdown();
        return kernel.reports().stream()
                .filter(report -> !report.known())
                .collect(ImmutableList.toImmutableList());
    }

    /** {@code (File.java:12)} of the line that bears the mark. */
    private static String markedPlace(Class<?> type) throws IOException {
        String file = type.getSimpleName() + ".java";
        List<String> lines = Files.readAllLines(SOURCES.resolve(file));
        List<Integer> marked = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).endsWith("// wrong")) {
                marked.add(i + 1);
            }
        }
        assertEquals(1, marked.size(), file + " has one line with the mark");
        return "(" + file + ":" + marked.getFirst() + ")";
    }
}
