package org.vkernel.emulator.module;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/**
 * Modules of every shape that Java code takes. Each is nested, and so a module of its own; its
 * result is a text that would differ if a value, an order or a stack slot were lost.
 */
@SuppressWarnings({ // the code is to be of every shape, the old and the unwise ones included
    "EnumOrdinal",
    "NarrowingCompoundAssignment",
    "NullAway",
    "StatementSwitchToExpressionSwitch",
    "UnnecessaryStringBuilder"
})
final class SampleModules {
    private SampleModules() {}

    /** Fields of all types, and all ways to change them. */
    static final class Fields implements Supplier<String> {
        private boolean z;
        private byte b = 1;
        private char c = 'c';
        private short s = -1;
        private int i;
        private long j = 1L << 40;
        private float f = 1.5f;
        private double d = 0.25;
        private volatile long v = 5;
        private String text = "t";
        private Fields next = this;

        @Override
        public String get() {
            z = !z;
            b += 2;
            c++;
            s = (short) (s << 1);
            i = b = (byte) (c + 1);
            long before = j++;
            long after = ++j;
            j += (long) (d *= 3);
            f /= 4;
            v = j = before - 1;
            next.next.text += i + ":" + v;
            double both = next.d = next.f + 1;
            return z + " " + b + " " + (int) c + " " + s + " " + i + " " + j + " " + f + " " + d
                    + " " + v + " " + text + " " + before + " " + after + " " + both;
        }
    }

    /** Arrays of all types, and all ways to change their elements. */
    static final class Arrays2 implements Supplier<String> {
        private final boolean[] z = {false, true};
        private final byte[] b = new byte[3];
        private final char[] c = "abc".toCharArray();
        private final short[] s = {1, 2, (short) -3};
        private final int[] i = {1, 2, 3};
        private final long[] j = {1L << 33, 2};
        private final float[] f = {1f, 2.5f};
        private final double[] d = {0.5, 4};
        private final String[] text = {"x", null, "z"};
        private final int[][] grid = new int[3][4];

        @Override
        public String get() {
            int at = 0;
            z[at] = z[1];
            b[++at] += 7;
            c[at]++;
            s[at--] = s[2];
            i[at] = i[1] = i[2] * 2;
            long before = j[at]++;
            j[1] += before;
            f[0] = f[1] /= 2;
            double both = d[1] = d[0]--;
            text[1] = text[0] + text[2];
            for (int row = 0; row < grid.length; row++) {
                for (int column = 0; column < grid[row].length; column++) {
                    grid[row][column] += row * column + i[row % 3]++;
                }
            }
            int[] nested = {i[0]++, i[1] = 9, at > 0 ? 1 : 2, new int[] {5, 6}[1]};
            long[] wide = {j[0]--, ++j[1], at == 0 ? j[0] : 1};
            return Arrays.toString(z)
                    + Arrays.toString(b)
                    + Arrays.toString(c)
                    + Arrays.toString(s)
                    + Arrays.toString(i)
                    + Arrays.toString(j)
                    + Arrays.toString(f)
                    + Arrays.toString(d)
                    + Arrays.toString(text)
                    + Arrays.deepToString(grid)
                    + Arrays.toString(nested)
                    + Arrays.toString(wide)
                    + both
                    + String.format("%d %s %d", i[0], text[1], j[1]);
        }
    }

    /** Static variables, and the order in which they are set. */
    static final class Statics implements Supplier<String> {
        private static int count = 5;
        private static long total;
        private static final List<String> LOG = new ArrayList<>();
        private static final int LENGTH = First.NAME.length();

        static {
            LOG.add("outer " + LENGTH + " " + First.value);
            First.value++;
        }

        static final class First {
            static final String NAME = "first".trim();
            static int value = Second.value * 2;

            private First() {}
        }

        static final class Second {
            static int value = 21;

            private Second() {}
        }

        @Override
        public String get() {
            count++;
            total += count;
            LOG.add("get");
            return count + " " + total + " " + LOG + " " + First.value + " " + Second.value++;
        }
    }

    /** Lambdas and method references, static, bound and capturing. */
    static final class Lambdas implements Supplier<String> {
        private int sum;
        private static int calls;

        private static int twice(int x) {
            calls++;
            return 2 * x;
        }

        private int add(int x) {
            return sum += x;
        }

        @Override
        public String get() {
            int base = 10;
            IntUnaryOperator plus = x -> x + base + sum++;
            IntUnaryOperator all = plus.andThen(Lambdas::twice).compose(this::add);
            List<String> out = new ArrayList<>();
            for (int k = 0; k < 3; k++) {
                int current = k;
                Runnable r = () -> out.add("r" + current + ":" + all.applyAsInt(current));
                r.run();
            }
            Supplier<List<Integer>> maker = ArrayList::new;
            return out + " " + sum + " " + calls + " " + maker.get();
        }
    }

    /** Records, with a compact constructor and static state. */
    static final class Records implements Supplier<String> {
        private static int made;

        record Point(int x, long y) {
            Point {
                made++;
                if (x < 0) {
                    throw new IllegalArgumentException("x " + x);
                }
            }

            Point shifted() {
                return new Point(x + 1, y * 2);
            }
        }

        record Pair<A, B>(A first, B second) {}

        @Override
        public String get() {
            Pair<Point, String> pair = new Pair<>(new Point(1, 2).shifted(), "p");
            String failure = "";
            try {
                failure += new Point(-1, 0);
            } catch (IllegalArgumentException e) {
                failure += e.getMessage();
            }
            return pair + failure + made + pair.equals(new Pair<>(new Point(2, 4), "p"));
        }
    }

    /** Enums: with bodies, fields and switches over them. */
    static final class Enums implements Supplier<String> {
        enum Op {
            ADD(1) {
                @Override
                int apply(int a, int b) {
                    return a + b;
                }
            },
            SUB(2) {
                @Override
                int apply(int a, int b) {
                    return a - b;
                }
            };

            private final int code;

            Op(int code) {
                this.code = code;
            }

            abstract int apply(int a, int b);
        }

        private int uses;

        private String name(Op op) {
            uses++;
            switch (op) {
                case ADD:
                    return "plus";
                default:
                    return "minus";
            }
        }

        @Override
        public String get() {
            StringBuilder out = new StringBuilder();
            for (Op op : Op.values()) {
                out.append(name(op)).append(op.code).append(op.apply(7, 3)).append(op);
            }
            return out.append(Op.valueOf("SUB").ordinal()).append(uses).toString();
        }
    }

    /** Switches over strings, types and numbers. */
    static final class Switches implements Supplier<String> {
        sealed interface Shape permits Circle, Square, Labelled {}

        record Circle(double radius) implements Shape {}

        record Square(int side) implements Shape {}

        record Labelled(String name, Shape inner) implements Shape {}

        private int looks;

        private String describe(Object shape) {
            looks++;
            return switch (shape) {
                case Circle(double radius) when radius > looks -> "big circle";
                case Circle _ -> "circle";
                case Square(int side) when side == 2 -> "two";
                case Square s -> "square " + s.side();
                case Labelled(String name, Shape inner) -> name + "(" + describe(inner) + ")";
                case String s when !s.isEmpty() -> "text";
                default -> "other";
            };
        }

        private int number(String word) {
            return switch (word) {
                case "one" -> 1;
                case "two", "zwei" -> 2;
                case "Aa" -> 3;
                case "BB" -> {
                    looks += 10;
                    yield 4;
                }
                default -> -1;
            };
        }

        @Override
        public String get() {
            return describe(new Circle(5))
                    + describe(new Circle(0))
                    + describe(new Square(2))
                    + describe(new Labelled("n", new Square(3)))
                    + describe("s")
                    + describe(4)
                    + number("one")
                    + number("zwei")
                    + number("Aa")
                    + number("BB")
                    + number("x")
                    + looks;
        }
    }

    /** Exceptions and finally blocks, with fields changed on all paths. */
    static final class Tries implements Supplier<String> {
        private final StringBuilder log = new StringBuilder();
        private int depth;

        private int attempt(int n) {
            try {
                depth++;
                if (n == 2) {
                    throw new IllegalStateException("two");
                }
                return depth * 100 / n;
            } catch (ArithmeticException e) {
                log.append("zero ");
                return -1;
            } finally {
                depth--;
                log.append(n).append(' ');
            }
        }

        @Override
        public String get() {
            int sum = attempt(0) + attempt(1);
            try (AutoCloseable _ = () -> log.append("closed ")) {
                sum += attempt(2);
            } catch (IllegalStateException e) {
                log.append(e.getMessage());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            String thrown = "none";
            try {
                Tries none = depth == 0 ? null : this;
                sum += none.depth;
            } catch (NullPointerException e) {
                thrown = "null";
            }
            return log + " " + sum + " " + depth + " " + thrown;
        }
    }

    /** Loops of all kinds, with labels. */
    static final class Loops implements Supplier<String> {
        private int steps;

        @Override
        public String get() {
            int n = 0;
            outer:
            for (int i = 0; ; i++) {
                int j = 0;
                while (true) {
                    steps++;
                    if (j++ > i) {
                        continue outer;
                    }
                    if (i == 4) {
                        break outer;
                    }
                    n += j;
                }
            }
            do {
                n--;
            } while (n > 3);
            for (long l = 10; l > 0; l /= 2) {
                n += l % 2 == 0 ? 1 : 2;
            }
            return n + " " + steps;
        }
    }

    /** Classes that inherit, with interfaces whose default methods call back. */
    static final class Inheritance implements Supplier<String> {
        interface Named {
            List<String> NAMES = new ArrayList<>();

            String name();

            default String greet() {
                NAMES.add(name());
                return "hello " + name() + helper();
            }

            private String helper() {
                return "!" + NAMES.size();
            }

            static int count() {
                return NAMES.size();
            }
        }

        abstract static class Base implements Named {
            protected int age = 3;
            private final String suffix;

            Base(String suffix) {
                this.suffix = suffix;
                age += suffix.length();
            }

            Base() {
                this(new String("dflt"));
                age++;
            }

            @Override
            public String name() {
                return getClass().getSimpleName() + suffix + age;
            }
        }

        static final class Left extends Base {
            private long own = 1;

            Left(int n) {
                super(n > 1 ? new String("many") : new StringBuilder("one").toString());
                own += age + super.age;
            }

            @Override
            public String name() {
                return super.name() + own;
            }
        }

        static final class Right extends Base {}

        @Override
        public String get() {
            Base[] all = {new Left(1), new Left(2), new Right()};
            StringBuilder out = new StringBuilder();
            for (Base base : all) {
                base.age *= 2;
                out.append(base.greet());
            }
            return out.append(Named.count()).toString();
        }
    }

    /** Inner, local and anonymous classes that reach their outer object and captured variables. */
    static final class Inner implements Supplier<String> {
        private int total;

        class Adder {
            private int step;

            Adder(int step) {
                this.step = step;
            }

            void add() {
                total += step++;
            }

            class Deep {
                void twice() {
                    add();
                    Adder.this.add();
                    total++;
                }
            }
        }

        @Override
        public String get() {
            int captured = total + 5;
            Adder adder = new Adder(captured);
            adder.new Deep().twice();
            class Local extends Adder {
                Local() {
                    super(captured * 2);
                }
            }
            new Local().add();
            Supplier<Integer> anonymous =
                    new Supplier<>() {
                        private int uses;

                        @Override
                        public Integer get() {
                            return ++uses + total + captured;
                        }
                    };
            return anonymous.get() + " " + anonymous.get() + " " + total;
        }
    }

    /** Generic classes with bridge methods. */
    static final class Generics implements Supplier<String> {
        static class Box<T extends Comparable<T>> implements Comparable<Box<T>> {
            T value;

            Box(T value) {
                this.value = value;
            }

            @Override
            public int compareTo(Box<T> other) {
                return value.compareTo(other.value);
            }
        }

        private static <T extends Comparable<? super T>> T max(List<? extends T> items) {
            T best = items.get(0);
            for (T item : items) {
                best = item.compareTo(best) > 0 ? item : best;
            }
            return best;
        }

        @Override
        public String get() {
            List<Box<Integer>> boxes = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                boxes.add(new Box<>(i * 7 % 5));
            }
            max(boxes).value += 100;
            return boxes.stream().sorted().map(b -> "b" + b.value).toList().toString();
        }
    }

    /** A constructor that works before it calls another one. */
    static final class Prologue implements Supplier<String> {
        static class Early {
            final String seen;

            Early(int n) {
                seen = n + ":" + peek();
            }

            String peek() {
                return "base";
            }
        }

        static class Derived extends Early {
            private int early;
            private long wide;

            Derived(Derived other) {
                early = 7;
                wide = early0(other);
                super(other == null ? 1 : other.early + (int) other.wide);
                early++;
            }

            private static long early0(Derived other) {
                return other == null ? 1 : other.wide++ + 1;
            }

            @Override
            String peek() {
                return early + "/" + wide;
            }
        }

        @Override
        public String get() {
            Derived first = new Derived(null);
            Derived second = new Derived(first);
            return first.seen + " " + second.seen + " " + first.wide + second.early;
        }
    }

    /** Assertions, class literals and concatenation with everything. */
    static final class Odds implements Supplier<String> {
        static final class Nested {
            private Nested() {}
        }

        private Object object = 1;
        private char c = 'x';

        @Override
        public String get() {
            boolean asserting = false;
            assert asserting = true;
            Object[] mixed = {object, c, 1L, 2.0, null, new int[0].length, asserting};
            if (object instanceof Integer n && n > 0) {
                object = "positive " + n;
            }
            return object
                    + ""
                    + c
                    + 1
                    + 2L
                    + 3.0f
                    + 4.0
                    + true
                    + null
                    + Arrays.asList(mixed)
                    + Nested.class.getSimpleName();
        }
    }
}
