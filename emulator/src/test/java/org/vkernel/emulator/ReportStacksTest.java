package org.vkernel.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.check.StackTraces;

class ReportStacksTest {
    private final List<List<String>> stacks = new ArrayList<>();

    private void inKernel() {
        stacks.add(StackTraces.here());
        stacks.add(StackTraces.of(new IllegalStateException()));
    }

    private void inUserCode(VirtualKernel kernel) {
        kernel.run(this::inKernel);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofInit_endsWhereTheHostEnteredTheKernel(boolean simulated) {
        try (VirtualKernel kernel = boot(simulated)) {
            kernel.run(this::inKernel);
        }

        for (List<String> stack : stacks) {
            assertEquals(1, stack.size(), stack.toString());
            assertTrue(stack.getFirst().startsWith("ReportStacksTest.inKernel("), stack.toString());
        }
        assertEquals(2, stacks.size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofAProcess_showsItsUserCode(boolean simulated) {
        try (VirtualKernel kernel = boot(simulated)) {
            kernel.join(kernel.spawn("p", process -> inUserCode(kernel)));
        }

        for (List<String> stack : stacks) {
            assertTrue(stack.size() > 2, stack.toString());
            assertTrue(stack.get(0).startsWith("ReportStacksTest.inKernel("), stack.toString());
            assertTrue(stack.get(1).startsWith("ReportStacksTest.inUserCode("), stack.toString());
        }
        assertEquals(2, stacks.size());
    }

    private static VirtualKernel boot(boolean simulated) {
        return VirtualKernel.boot(simulated ? KernelConfig.simulated(1) : KernelConfig.parallel());
    }
}
