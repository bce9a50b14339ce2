package org.vkernel.emulator.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.VirtualKernel;

/** Loads and unloads that meet each other. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConcurrentLoadsTest {
    private static final int SCHEDULES = 300;

    /** What {@link Provider} exports. */
    interface Part {}

    /** Exports something. */
    @ModuleInfo(core = true)
    public static final class Provider implements KernelModule {
        @Override
        public int init(ModuleContext kernel) {
            kernel.export(Part.class, new Part() {});
            return 0;
        }

        @Override
        public void exit(ModuleContext kernel) {}
    }

    /** Uses what {@link Provider} exports. */
    @ModuleInfo(core = true)
    public static final class User implements KernelModule {
        @Override
        public int init(ModuleContext kernel) {
            kernel.use(Part.class);
            return 0;
        }

        @Override
        public void exit(ModuleContext kernel) {}
    }

    @Test
    void twoLoadsOfOneModule_oneIsLoadedAndTheOtherIsRefused() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            List<Integer> results = new ArrayList<>();
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed))) {
                for (int i = 0; i < 2; i++) {
                    kernel.spawn(
                            "insmod",
                            self ->
                                    results.add(
                                            kernel.call(() ->
                                                    kernel.modules()
                                                            .insmod(Provider.class, Map.of()))));
                }
                kernel.processes().forEach(kernel::join);
                assertEquals(1, kernel.modules().all().size(), "seed " + seed);
                assertTrue(results.contains(0), "seed " + seed + ": " + results);
                assertTrue(results.contains(-Errno.EEXIST), "seed " + seed + ": " + results);
            }
        }
    }

    @Test
    void loadOfAUser_whileTheProviderGoes_pinsItOrFails() {
        for (int seed = 0; seed < SCHEDULES; seed++) {
            List<Integer> loaded = new ArrayList<>();
            List<Integer> unloaded = new ArrayList<>();
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(seed))) {
                kernel.insmod(Provider.class);
                kernel.spawn(
                        "insmod",
                        self ->
                                loaded.add(
                                        kernel.call(() ->
                                                kernel.modules().insmod(User.class, Map.of()))));
                kernel.spawn(
                        "rmmod",
                        self ->
                                unloaded.add(
                                        kernel.call(() -> kernel.modules().rmmod("provider"))));
                kernel.processes().forEach(kernel::join);
                boolean pinned = loaded.getFirst() == 0;
                assertEquals(
                        pinned ? -Errno.EWOULDBLOCK : 0,
                        unloaded.getFirst(),
                        "seed " + seed + ": the load gave " + loaded);
            }
        }
    }
}
