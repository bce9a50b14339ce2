package org.vkernel.emulator.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;

/** A process that dies inside a {@code try} with resources, whose closing is a system call. */
class ResourcesOfTheDyingTest {
    private static void sleepWithResource(UserProcess process) {
        try (AutoCloseable resource = () -> process.sleep(Duration.ofSeconds(1))) {
            process.sleep(Duration.ofDays(1));
            throw new AssertionError(resource + " was not waited for");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static VirtualKernel boot(boolean simulated) {
        return VirtualKernel.boot(simulated ? KernelConfig.simulated(1) : KernelConfig.parallel());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killed_diesOfTheSignalAlone(boolean simulated) {
        try (VirtualKernel kernel = boot(simulated)) {
            UserProcess process =
                    kernel.spawn("sleeper", ResourcesOfTheDyingTest::sleepWithResource);
            kernel.runFor(Duration.ofMillis(1));

            kernel.kill(process, UserProcess.SIGTERM);
            kernel.join(process);

            assertNull(process.failure());
            assertEquals(UserProcess.SIGTERM, process.exitCode());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void runEnds_isNoFailureOfTheProcess(boolean simulated) {
        VirtualKernel kernel = boot(simulated);
        UserProcess process = kernel.spawn("sleeper", ResourcesOfTheDyingTest::sleepWithResource);
        kernel.runFor(Duration.ofMillis(1));

        kernel.powerOff();
        kernel.close();

        assertNull(process.failure());
    }
}
