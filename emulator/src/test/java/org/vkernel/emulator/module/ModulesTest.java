package org.vkernel.emulator.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.Check;
import org.vkernel.emulator.locking.Completion;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.emulator.sched.Task;

class ModulesTest {
    /** What a test sees of a module. */
    public interface Probe {
        void tell(String what);
    }

    static final class Parameters implements KernelModule {
        @ModuleParam(unsigned = true)
        static int idx = 14;

        @ModuleParam static String label = "none";
        @ModuleParam static boolean loud;
        static int loads;

        @Override
        public int init(ModuleContext kernel) {
            loads++;
            Probe probe = kernel.handedOver(Probe.class);
            if (probe != null) {
                probe.tell(Integer.toUnsignedString(idx) + " " + label + " " + loud + " " + loads);
            }
            return 0;
        }

        @Override
        public void exit(ModuleContext kernel) {
            Probe probe = kernel.handedOver(Probe.class);
            if (probe != null) {
                probe.tell("exit");
            }
        }
    }

    /** Of the kernel's own code: its class is the same in all kernels. */
    @ModuleInfo(core = true)
    static final class CoreParameters implements KernelModule {
        @ModuleParam(name = "core_idx", unsigned = true)
        private int idx = -1;

        @Override
        public int init(ModuleContext kernel) {
            Probe probe = kernel.handedOver(Probe.class);
            if (probe != null) {
                probe.tell(Integer.toUnsignedString(idx));
            }
            return 0;
        }
    }

    @ModuleInfo(core = true)
    static final class SharedParameter implements KernelModule {
        @ModuleParam static int shared;

        @Override
        public int init(ModuleContext kernel) {
            return shared;
        }
    }

    static final class Failing implements KernelModule {
        @Override
        public int init(ModuleContext kernel) {
            return -Errno.ENODEV;
        }
    }

    static final class Throwing implements KernelModule {
        @Override
        public int init(ModuleContext kernel) {
            throw new ArithmeticException("by zero");
        }
    }

    /** What {@link Exporter} provides. */
    public interface Service {
        int answer();
    }

    static final class Exporter implements KernelModule {
        @Override
        public int init(ModuleContext kernel) {
            kernel.export(Service.class, () -> 42);
            return 0;
        }
    }

    static final class User implements KernelModule {
        @Override
        public int init(ModuleContext kernel) {
            return kernel.use(Service.class).answer() == 42 ? 0 : -Errno.EINVAL;
        }
    }

    @ModuleInfo(name = "needs_exporter", dependsOn = Exporter.class)
    static final class Needing implements KernelModule {
        @Override
        public int init(ModuleContext kernel) {
            return kernel.use(Service.class).answer() == 42 ? 0 : -Errno.EINVAL;
        }
    }

    static final class Threading implements KernelModule {
        @Override
        public int init(ModuleContext kernel) {
            Thread.onSpinWait();
            return 0;
        }
    }

    /** Two kernel threads add to a plain static field. */
    @SuppressWarnings("NullAway.Init") // init sets what exit needs
    static final class Racy implements KernelModule {
        static int counter;

        private Completion done;

        @Override
        public int init(ModuleContext kernel) {
            done = new Completion(kernel.kernel().sched(), "an adder");
            for (int i = 0; i < 2; i++) {
                var sched = kernel.kernel().sched();
                sched.admit(
                        sched.newTask(
                                sched.allocatePid(),
                                "adder",
                                null,
                                Task.PF_KTHREAD,
                                () -> {
                                    counter++;
                                    done.complete();
                                }));
            }
            return 0;
        }

        @Override
        public void exit(ModuleContext kernel) {
            done.await();
            done.await();
            Probe probe = kernel.handedOver(Probe.class);
            if (probe != null) {
                probe.tell("counter " + counter);
            }
        }
    }

    static final class Looping implements KernelModule {
        static int turns;

        @Override
        public int init(ModuleContext kernel) {
            while (true) {
                turns++;
            }
        }
    }

    private static VirtualKernel boot(List<String> told) {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        kernel.provide(Probe.class, told::add);
        return kernel;
    }

    @Test
    void insmod_parameters_areStoredBeforeInitAndFreshEachTime() {
        for (KernelConfig config : List.of(KernelConfig.simulated(1), KernelConfig.parallel())) {
            List<String> told = new ArrayList<>();
            try (VirtualKernel kernel = VirtualKernel.boot(config)) {
                kernel.provide(Probe.class, told::add);
                kernel.insmod(Parameters.class, "idx=0xffffffff", "label=a", "loud=y");
                kernel.rmmod("parameters");
                kernel.insmod(Parameters.class);
            }
            assertEquals(List.of("4294967295 a true 1", "exit", "14 none false 1", "exit"), told);
        }
    }

    @Test
    void insmod_badValue_isEinvalAndTheModuleIsNotThere() {
        for (String bad : List.of("idx=-1", "idx=4294967296", "idx=abc", "loud=maybe")) {
            try (VirtualKernel kernel = boot(new ArrayList<>())) {
                ErrnoException failure =
                        assertThrows(
                                ErrnoException.class, () -> kernel.insmod(Parameters.class, bad));
                assertEquals(Errno.EINVAL, failure.errno());
                String name = bad.substring(0, bad.indexOf('='));
                assertTrue(
                        String.valueOf(kernel.modules().lastError())
                                .endsWith("invalid for parameter `" + name + "'"));
                assertEquals(List.of(), kernel.modules().all());
            }
        }
    }

    @Test
    void insmod_parametersOfACoreModule_areItsObjectsOwn() {
        List<String> seen = new ArrayList<>();
        try (var one = VirtualKernel.boot(KernelConfig.simulated(1));
                var other = VirtualKernel.boot(KernelConfig.simulated(1))) {
            one.provide(Probe.class, seen::add);
            other.provide(Probe.class, seen::add);
            one.insmod(CoreParameters.class, "core_idx=5");
            other.insmod(CoreParameters.class);
            one.rmmod("core_parameters");
            one.insmod(CoreParameters.class);
            assertEquals(List.of("5", "4294967295", "4294967295"), seen);
        }
        assertEquals(List.of("core_idx"), Modules.paramNames(CoreParameters.class));
    }

    @Test
    void parameterThatKernelsWouldShare_isNone() {
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Modules.paramNames(SharedParameter.class));
        assertTrue(String.valueOf(refused.getMessage()).contains("not static"));
    }

    @Test
    void params_areKnownBeforeAnythingIsLoaded() {
        assertEquals(List.of("idx", "label", "loud"), Modules.paramNames(Parameters.class));
        assertNull(Modules.paramExpectation(Parameters.class, "idx", "0xffffffff"));
        assertNull(Modules.paramExpectation(Parameters.class, "label", "anything"));
        assertNull(Modules.paramExpectation(Parameters.class, "loud", "n"));
        assertEquals(
                "a number from 0 to 4294967295",
                Modules.paramExpectation(Parameters.class, "idx", "-1"));
        assertEquals("y or n", Modules.paramExpectation(Parameters.class, "loud", "perhaps"));
    }

    @Test
    void insmod_unknownParameter_isIgnoredWithAWarning() {
        List<String> log = new ArrayList<>();
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1).log(log::add))) {
            kernel.insmod(Parameters.class, "nosuch=1");
        }
        assertTrue(
                log.stream().anyMatch(line -> line.contains("unknown parameter 'nosuch' ignored")),
                log.toString());
    }

    @Test
    void insmod_twice_isEexist() {
        try (VirtualKernel kernel = boot(new ArrayList<>())) {
            kernel.insmod(Parameters.class);
            ErrnoException failure =
                    assertThrows(ErrnoException.class, () -> kernel.insmod(Parameters.class));
            assertEquals(Errno.EEXIST, failure.errno());
        }
    }

    @Test
    void insmod_initFails_itsErrnoComesBackAndTheModuleIsGone() {
        try (VirtualKernel kernel = boot(new ArrayList<>())) {
            ErrnoException failure =
                    assertThrows(ErrnoException.class, () -> kernel.insmod(Failing.class));
            assertEquals(Errno.ENODEV, failure.errno());
            assertEquals(List.of(), kernel.modules().all());
        }
    }

    @Test
    void insmod_initThrows_isAnOopsThatNamesTheLine() {
        VirtualKernel kernel = boot(new ArrayList<>());
        KernelFailedException failure =
                assertThrows(KernelFailedException.class, () -> kernel.insmod(Throwing.class));
        assertTrue(
                failure.getMessage().contains("ModulesTest$Throwing.init(ModulesTest.java:"),
                failure.getMessage());
        kernel.shutdown();
    }

    @Test
    void insmod_hostThreading_isRefusedWithFileAndLine() {
        try (VirtualKernel kernel = boot(new ArrayList<>())) {
            ErrnoException failure =
                    assertThrows(ErrnoException.class, () -> kernel.insmod(Threading.class));
            assertEquals(Errno.ENOEXEC, failure.errno());
            assertTrue(
                    String.valueOf(kernel.modules().lastError()).contains("ModulesTest.java:"),
                    kernel.modules().lastError());
        }
    }

    @Test
    void use_exportedByAModule_keepsThatOneLoaded() {
        try (VirtualKernel kernel = boot(new ArrayList<>())) {
            kernel.insmod(Exporter.class);
            kernel.insmod(User.class);
            ErrnoException failure =
                    assertThrows(ErrnoException.class, () -> kernel.rmmod("exporter"));
            assertEquals(Errno.EWOULDBLOCK, failure.errno());
            kernel.rmmod("user");
            kernel.rmmod("exporter");
        }
    }

    @Test
    void use_nobodyExports_isEnoent() {
        try (VirtualKernel kernel = boot(new ArrayList<>())) {
            ErrnoException failure =
                    assertThrows(ErrnoException.class, () -> kernel.insmod(User.class));
            assertEquals(Errno.ENOENT, failure.errno());
        }
    }

    @Test
    void modprobe_dependency_isLoadedFirst() {
        try (VirtualKernel kernel = boot(new ArrayList<>())) {
            kernel.modprobe(Needing.class);
            assertEquals(
                    List.of("exporter", "needs_exporter"),
                    kernel.modules().all().stream().map(Module::name).toList());
        }
    }

    @Test
    void rmmod_unknown_isEnoent() {
        try (VirtualKernel kernel = boot(new ArrayList<>())) {
            assertEquals(
                    Errno.ENOENT,
                    assertThrows(ErrnoException.class, () -> kernel.rmmod("nosuch")).errno());
        }
    }

    @Test
    void insmodAndRmmod_userWithoutCapability_isEperm() {
        try (VirtualKernel kernel = boot(new ArrayList<>())) {
            List<Integer> errors = new ArrayList<>();
            UserProcess nobody =
                    kernel.spawn(
                            "nobody",
                            65534,
                            process -> {
                                errors.add(
                                        assertThrows(
                                                        ErrnoException.class,
                                                        () -> kernel.insmod(Parameters.class))
                                                .errno());
                                errors.add(
                                        assertThrows(
                                                        ErrnoException.class,
                                                        () -> kernel.rmmod("parameters"))
                                                .errno());
                            });
            kernel.join(nobody);
            assertEquals(List.of(Errno.EPERM, Errno.EPERM), errors);
        }
    }

    @Test
    void plainCounter_twoKernelThreads_losesAnUpdateInSomeSchedule() {
        List<String> told = new ArrayList<>();
        for (int seed = 0; seed < 1000 && !told.contains("counter 1"); seed++) {
            try (VirtualKernel kernel =
                    VirtualKernel.boot(
                            KernelConfig.simulated(seed)
                                    .checks(Check.allBut(Check.RACES))
                                    .cpus(1 + seed % 2))) {
                kernel.provide(Probe.class, told::add);
                kernel.insmod(Racy.class);
            }
        }
        assertTrue(told.contains("counter 1"), "no update was lost");
        assertTrue(told.contains("counter 2"), "every schedule lost an update");
    }

    @Test
    void endlessLoop_isASoftLockupAtTheSameStepInEachRun() {
        List<String> reports = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            VirtualKernel kernel =
                    VirtualKernel.boot(KernelConfig.simulated(5).lockupPoints(50_000));
            assertThrows(KernelFailedException.class, () -> kernel.insmod(Looping.class));
            kernel.shutdown();
            assertEquals("soft lockup", kernel.reports().getFirst().rule());
            reports.add(String.join("\n", kernel.reports().getFirst().lines()));
        }
        assertEquals(reports.get(0), reports.get(1));
        assertTrue(reports.get(0).contains("Looping.init(ModulesTest.java:"), reports.get(0));
    }
}
