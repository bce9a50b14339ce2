package org.vkernel.emulator.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vkernel.emulator.module.ModuleSites.Kind;
import org.vkernel.emulator.module.ModuleSites.Site;

/** Which points a module's code has, exactly, and what can be done at them. */
class ModulePointsTest {
    /** A few statements of each kind. */
    @SuppressWarnings({"RefactorSwitch", "UnusedVariable"}) // one return for each case, and writes
    static final class Exact implements Supplier<String> {
        private static int started = 1;
        private static final int[] LOADED = {1, 2};

        record Pair(int first, long second) {}

        static class Node {
            long value;
            final String name;

            Node(String name) {
                this.name = name;
            }
        }

        static final class Leaf extends Node {
            private volatile boolean done;

            Leaf() {
                super("leaf");
                done = false;
            }
        }

        private int step;

        @Override
        public String get() {
            switch (step++) {
                case 0 -> {
                    Leaf leaf = new Leaf();
                    leaf.value += 2;
                    leaf.done = true;
                    return leaf.name;
                }
                case 1 -> {
                    started = LOADED[1];
                    return new Pair(1, 2).toString();
                }
                case 2 -> {
                    long[] wide = {1, 2, 3};
                    wide[0] = wide[1]++;
                    return String.format("%d %s", wide[0], started);
                }
                case 3 -> {
                    int n = 0;
                    for (int i = 0; i < 2; i++) {
                        n += i;
                    }
                    do {
                        n++;
                    } while (n < 3);
                    return "" + n;
                }
                default -> {
                    Runnable lambda = () -> step = 0;
                    lambda.run();
                    return "";
                }
            }
        }
    }

    @Test
    void points_areThoseOfTheSource() {
        LoadedModule module = new ModuleLoader().acquire(Exact.class, true);
        RecordingPoints points = new RecordingPoints(module.sites());
        module.start(points);
        // The array's own elements are set before anybody else can see it.
        assertEquals(List.of("write ModulePointsTest$Exact.started"), points.take(), "initialiser");
        Supplier<?> exact = module.newInstance(Supplier.class);
        assertEquals(List.of("new #1"), points.take());

        String step = "ModulePointsTest$Exact.step";
        String leaf = "ModulePointsTest$Exact$Leaf.done";
        String value = "ModulePointsTest$Exact$Node.value";
        assertEquals("leaf", exact.get());
        assertEquals(
                List.of(
                        "read #1 " + step,
                        "write #1 " + step,
                        "new #2",
                        "write #2 " + leaf,
                        "read #2 " + value,
                        "write #2 " + value,
                        "write #2 " + leaf),
                points.take());

        assertEquals("Pair[first=1, second=2]", exact.get());
        assertEquals(
                List.of(
                        "read #1 " + step,
                        "write #1 " + step,
                        "read int[]",
                        "write ModulePointsTest$Exact.started"),
                points.take());

        assertEquals("2 2", exact.get());
        assertEquals(
                List.of(
                        "read #1 " + step,
                        "write #1 " + step,
                        "read long[]",
                        "write long[]",
                        "write long[]",
                        "read long[]",
                        "read ModulePointsTest$Exact.started"),
                points.take());

        assertEquals("3", exact.get());
        assertEquals(
                List.of("read #1 " + step, "write #1 " + step, "loop", "loop", "loop", "loop"),
                points.take());

        assertEquals("", exact.get());
        assertEquals(
                List.of("read #1 " + step, "write #1 " + step, "write #1 " + step), points.take());
        module.release();
    }

    /** Array initialisers with accesses of all kinds inside. */
    @SuppressWarnings("StatementSwitchToExpressionSwitch") // the old one has a table
    static final class Filling implements Supplier<String> {
        enum Colour {
            RED,
            BLUE
        }

        private static int number(Colour colour) {
            switch (colour) {
                case RED:
                    return 1;
                default:
                    return 2;
            }
        }

        @Override
        public String get() {
            int[] given = new int[2];
            byte[] bytes = {1, 2};
            long[] wide = {given[0]++, given[1] = 4, number(Colour.BLUE)};
            Object[][] nested = {{wide[2]--, "a"}, {new boolean[] {true}[0]}};
            int[] cased = {
                switch (bytes[1]) {
                    case 2 -> 5;
                    default -> 6;
                }
            };
            return nested[0][0] + "" + nested[1][0] + cased[0];
        }
    }

    @Test
    void initialisersOfArrays_areNoPoints() {
        LoadedModule module = new ModuleLoader().acquire(Filling.class, true);
        RecordingPoints points = new RecordingPoints(module.sites());
        module.start(points);
        Supplier<?> filling = module.newInstance(Supplier.class);
        points.take();
        assertEquals("2true5", filling.get());
        assertEquals(
                List.of(
                        // given[0]++, given[1] = 4
                        "read int[]",
                        "write int[]",
                        "write int[]",
                        // wide[2]--, the new array's element
                        "read long[]",
                        "write long[]",
                        "read byte[] or boolean[]",
                        // bytes[1], and the store after a switch, which cannot be told
                        "read byte[] or boolean[]",
                        "write int[]",
                        "read Object[]",
                        "read Object[]",
                        "read Object[]",
                        "read Object[]",
                        "read int[]"),
                points.take());
    }

    @Test
    void sites_nameTheLine(@TempDir Path folder) throws Exception {
        String source =
                """
                package student;
                public class Counter implements java.util.function.Supplier<String> {
                    private int count;
                    private volatile boolean on;
                    private static long[] all = new long[2];
                    public String get() {
                        count++;
                        all[0] = count;
                        while (count > 1) {
                            count--;
                        }
                        Runnable r = () -> on = true;
                        return "";
                    }
                }
                """;
        try (Compiled compiled = Compiled.of(folder, Map.of("Counter.java", source))) {
            LoadedModule module =
                    new ModuleLoader().acquire(compiled.load("student.Counter"), true);
            ModuleSites sites = module.sites();
            String found = "";
            for (int i = 0; i < sites.size(); i++) {
                Site site = sites.site(i);
                found += site + (site.isVolatile() ? " volatile " : " ") + sites.location(i) + "\n";
            }
            assertEquals(
                    """
                    field Counter.count at student.Counter.get(Counter.java:7) 1
                    field Counter.count at student.Counter.get(Counter.java:7) 1
                    field Counter.all at student.Counter.get(Counter.java:8) 2
                    field Counter.count at student.Counter.get(Counter.java:8) 1
                    element of long[] at student.Counter.get(Counter.java:8) 0
                    field Counter.count at student.Counter.get(Counter.java:9) 1
                    field Counter.count at student.Counter.get(Counter.java:10) 1
                    field Counter.count at student.Counter.get(Counter.java:10) 1
                    loop at student.Counter.get(Counter.java:10) 0
                    field Counter.on at student.Counter.lambda$get$0(Counter.java:12) volatile 3
                    field Counter.all at student.Counter.<clinit>(Counter.java:5) 2
                    """,
                    found);
            assertEquals(Kind.STATIC_FIELD, sites.site(2).kind());
        }
    }

    /** Never ends by itself. */
    @SuppressWarnings({"EmptyCatch", "UnusedVariable"}) // does its best not to be ended
    static final class Endless implements Supplier<String> {
        private int caught;

        @Override
        public String get() {
            while (true) {
                try {
                    caught++;
                } catch (IllegalStateException e) {
                    // goes on
                }
            }
        }
    }

    /** What the kernel throws to end a task. */
    private static final class End extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Ends the task at a loop's turn with that number. */
    private static class EndingPoints implements ModulePoints {
        private int turns;

        @Override
        public void fieldAccess(long object, int site, boolean write) {}

        @Override
        public void arrayAccess(Object array, int index, int site, boolean write) {}

        @Override
        public void backEdge(int site) {
            if (++turns == 1000) {
                throw new End();
            }
        }

        @Override
        public long newObject() {
            return 1;
        }
    }

    @Test
    void endlessLoop_isEndedAtItsBackEdge() {
        LoadedModule module = new ModuleLoader().acquire(Endless.class, true);
        module.start(new EndingPoints());
        Supplier<?> endless = module.newInstance(Supplier.class);
        End end = assertThrows(End.class, endless::get);
        assertTrue(
                List.of(end.getStackTrace()).stream()
                        .anyMatch(f ->
                                Objects.equals(f.getFileName(), "ModulePointsTest.java")
                                        && f.getMethodName().equals("get")
                                        && f.getLineNumber() > 0));
        module.release();
    }

    @Test
    void codeLeftBehind_endsAtItsNextPoint() {
        LoadedModule module = new ModuleLoader().acquire(Endless.class, true);
        module.start(new EndingPoints());
        Supplier<?> endless = module.newInstance(Supplier.class);
        module.discard();
        assertThrows(ModuleReleasedError.class, endless::get);
        assertThrows(IllegalStateException.class, module::release);
    }

    /** Makes mistakes; the messages are to be those of plain Java. */
    static final class Mistaken implements Supplier<String> {
        @SuppressWarnings("NullAway") // on purpose
        private Mistaken next = null;

        private int value;

        @SuppressWarnings("NullAway") // on purpose
        private int[] array = null;

        @Override
        public String get() {
            try {
                return "" + next.value;
            } catch (NullPointerException e) {
                value++;
            }
            try {
                array[0] = 1;
            } catch (NullPointerException e) {
                return e.getMessage() + value;
            }
            return "";
        }
    }

    @Test
    void nullPointers_readAsInPlainJava() {
        LoadedModule module = new ModuleLoader().acquire(Mistaken.class, true);
        module.start(new RecordingPoints(module.sites()));
        assertEquals(new Mistaken().get(), module.newInstance(Supplier.class).get());
        module.release();
    }

    /** A method so long that its loop's branch needs a wide jump once points are in. */
    @Test
    void longMethod_getsWideJumps(@TempDir Path folder) throws Exception {
        String source =
                "public class Long implements java.util.function.Supplier<String> {\n"
                        + "int f; public String get() { for (int i = 0; i < 3; i++) {\n"
                        + "f += i;\n".repeat(1200)
                        + "} return \"\" + f; } }\n";
        try (Compiled compiled = Compiled.of(folder, Map.of("Long.java", source))) {
            LoadedModule module = new ModuleLoader().acquire(compiled.load("Long"), true);
            RecordingPoints points = new RecordingPoints(module.sites());
            module.start(points);
            assertEquals("3600", module.newInstance(Supplier.class).get());
            assertEquals(1 + 3 * (2 * 1200 + 1) + 1, points.take().size());
            assertSame(Kind.FIELD, module.sites().site(0).kind());
            module.release();
        }
    }
}
