package org.vkernel.emulator.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vkernel.emulator.module.sample.TopLevel;

class ModuleLoaderTest {
    /** Counts its uses in all kinds of static variables. */
    static final class Counting implements Supplier<String> {
        private static int zero;
        private static long five = 5;
        private static final List<Object> LIST = new ArrayList<>();
        private static Object last = "none";

        interface Shared {
            List<Integer> CELLS = new ArrayList<>();
        }

        private static int count(List<Integer> cells) {
            cells.add(1);
            return cells.size();
        }

        @Override
        public String get() {
            LIST.add(last);
            last = this;
            return zero++ + " " + five++ + " " + LIST.size() + " " + count(Shared.CELLS);
        }
    }

    /** Keeps a count in an enum, where it cannot be set back. */
    @SuppressWarnings("ImmutableEnumChecker") // on purpose
    static final class EnumCounting implements Supplier<String> {
        enum Counter {
            ONLY;

            private int count;
        }

        @Override
        public String get() {
            return "" + Counter.ONLY.count++;
        }
    }

    /** Cannot be loaded: its static initialiser fails. */
    static final class Failing implements Supplier<String> {
        private static int[] table = new int[negative()];

        private static int negative() {
            return -1;
        }

        @Override
        public String get() {
            return "" + table.length;
        }
    }

    /** Has no constructor without arguments. */
    static final class Demanding implements Supplier<String> {
        private final String text;

        Demanding(String text) {
            this.text = text;
        }

        @Override
        public String get() {
            return text;
        }
    }

    private final ModuleLoader loader = new ModuleLoader();

    private static void start(LoadedModule module) {
        if (module.isInstrumented()) {
            module.start(new RecordingPoints(module.sites()));
        } else {
            module.start();
        }
    }

    private String load(Class<?> pattern, boolean instrument) {
        LoadedModule module = loader.acquire(pattern, instrument);
        start(module);
        Supplier<?> instance = module.newInstance(Supplier.class);
        String result = instance.get() + ", " + instance.get();
        module.release();
        return result;
    }

    @Test
    void acquire_again_hasFreshStatics() {
        for (int i = 0; i < 3; i++) {
            assertEquals("0 5 1 1, 1 6 2 2", load(Counting.class, true));
            assertEquals("0 5 1 1, 1 6 2 2", load(Counting.class, false));
            assertEquals("0, 1", load(EnumCounting.class, true));
        }
        assertEquals("0 5 1 1", new Counting().get());
        assertEquals(2, loader.idleCount());
    }

    @Test
    void everyLoad_hasTheSameEvents() {
        List<String> first = events(TopLevel.class);
        assertNotEquals(List.of(), first);
        assertEquals(first, events(TopLevel.class));
        assertEquals(1, loader.idleCount());
    }

    private List<String> events(Class<?> pattern) {
        LoadedModule module = loader.acquire(pattern, true);
        RecordingPoints points = new RecordingPoints(module.sites());
        module.start(points);
        assertNotNull(module.newInstance(Supplier.class).get());
        module.release();
        return points.take();
    }

    @Test
    void acquire_whileInUse_getsAnotherCopy() {
        LoadedModule first = loader.acquire(Counting.class, true);
        LoadedModule second = loader.acquire(Counting.class, true);
        assertNotSame(first.moduleClass(), second.moduleClass());
        start(first);
        start(second);
        assertEquals("0 5 1 1", first.newInstance(Supplier.class).get());
        assertEquals("0 5 1 1", second.newInstance(Supplier.class).get());
        Class<?> copy = first.moduleClass();
        first.release();
        LoadedModule third = loader.acquire(Counting.class, true);
        assertSame(copy, third.moduleClass());
        assertSame(second.sites(), third.sites());
        second.release();
        third.release();
        assertEquals(2, loader.idleCount());
    }

    @Test
    void release_keepsNothingOfTheKernel() throws Exception {
        LoadedModule module = loader.acquire(Counting.class, true);
        start(module);
        assertNotNull(module.newInstance(Supplier.class).get());
        Class<?> copy = module.moduleClass();
        assertNotSame("none", staticField(copy, "last"));
        module.release();
        assertNull(staticField(copy, "last"));
        assertNull(staticField(copy, "LIST"));
        Class<?> points = copy.getClassLoader().loadClass(copy.getName() + "$vkernel$Points");
        assertEquals("ReleasedPoints", staticField(points, "points").getClass().getSimpleName());
        assertThrows(IllegalStateException.class, module::release);
        assertThrows(IllegalStateException.class, module::moduleClass);
    }

    private static Object staticField(Class<?> c, String name) throws Exception {
        Field field = c.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(null);
    }

    @Test
    void discardedCopy_isNotUsedAgain() {
        LoadedModule module = loader.acquire(Counting.class, true);
        start(module);
        module.discard();
        assertEquals(0, loader.idleCount());
    }

    @Test
    void pool_isBounded() {
        List<LoadedModule> all = new ArrayList<>();
        for (int i = 0; i < ModuleLoader.IDLE_MAX + 2; i++) {
            all.add(loader.acquire(Demandless.class, false));
        }
        all.forEach(LoadedModule::release);
        assertEquals(ModuleLoader.IDLE_MAX, loader.idleCount());
    }

    /** The smallest module. */
    static final class Demandless {}

    @Test
    void pool_keepsTheLatestPatterns(@TempDir Path folder) throws Exception {
        String source = "";
        for (int i = 0; i <= ModuleLoader.PATTERNS_MAX; i++) {
            source += "class M" + i + " { static int n = " + i + "; }\n";
        }
        try (Compiled compiled = Compiled.of(folder, Map.of("All.java", source))) {
            for (int i = 0; i <= ModuleLoader.PATTERNS_MAX; i++) {
                loader.acquire(compiled.load("M" + i), true).release();
            }
            assertEquals(ModuleLoader.PATTERNS_MAX, loader.idleCount());
        }
    }

    @Test
    void threads_neverShareACopy() throws Exception {
        Set<Class<?>> inUse = Collections.newSetFromMap(new IdentityHashMap<>());
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> results = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                results.add(threads.submit(() -> loadOften(inUse)));
            }
            for (Future<?> result : results) {
                result.get();
            }
        }
        assertEquals(Set.of(), inUse);
    }

    private void loadOften(Set<Class<?>> inUse) {
        for (int i = 0; i < 500; i++) {
            LoadedModule module = loader.acquire(Counting.class, true);
            Class<?> copy = module.moduleClass();
            synchronized (inUse) {
                assertEquals(true, inUse.add(copy), "copy is in use twice");
            }
            start(module);
            assertEquals("0 5 1 1", module.newInstance(Supplier.class).get());
            synchronized (inUse) {
                inUse.remove(copy);
            }
            module.release();
        }
    }

    @Test
    void usersClassPath_classesOfThePackageBelongToTheModule(@TempDir Path folder)
            throws Exception {
        String main =
                """
                package student;
                public class Main implements java.util.function.Supplier<String> {
                    public String get() { return "" + Part.next(); }
                }
                """;
        String part =
                """
                package student;
                class Part {
                    private static int n;
                    static int next() { return ++n; }
                }
                """;
        try (Compiled compiled =
                Compiled.of(folder, Map.of("Main.java", main, "Part.java", part))) {
            Class<?> pattern = compiled.load("student.Main");
            assertEquals("1, 2", load(pattern, true));
            assertEquals("1, 2", load(pattern, true));
            LoadedModule module = loader.acquire(pattern, true);
            assertNotSame(
                    pattern.getClassLoader().loadClass("student.Part"),
                    module.moduleClass().getClassLoader().loadClass("student.Part"));
            assertSame(
                    ModuleLoaderTest.class,
                    module.moduleClass().getClassLoader().loadClass(getClass().getName()));
            module.release();
        }
    }

    @Test
    void failingInitialiser_throwsWhatItThrew() {
        NegativeArraySizeException e =
                assertThrows(
                        NegativeArraySizeException.class,
                        () -> loader.acquire(Failing.class, true));
        assertEquals("ModuleLoaderTest.java", e.getStackTrace()[0].getFileName());
        assertEquals(0, loader.idleCount());
    }

    @Test
    void unfitPatterns_areRefusedWithTheReason() {
        assertReason("has no constructor without arguments", Demanding.class);
        assertReason("no object can be made of it", Supplier.class);
        assertReason("it has no class file", ArrayList.class);
    }

    private void assertReason(String reason, Class<?> pattern) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> loader.acquire(pattern, true));
        assertEquals(true, e.toString().contains(reason), e.toString());
    }

    @Test
    void unstartedModule_makesNoObject() {
        LoadedModule module = loader.acquire(Counting.class, true);
        assertThrows(IllegalStateException.class, () -> module.newInstance(Supplier.class));
        assertThrows(IllegalStateException.class, module::start);
        module.release();
    }
}
