package org.vkernel.benchmarks.compare;

import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Enumeration;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The classes of one column: the program's and its libraries' once more, in a class loader of their
 * own.
 *
 * <p>The JIT compiler keeps its profiles, and what it makes of them, by class. Were the kernel's
 * classes the same for both machines, it would see each branch that asks which machine this is go
 * both ways, and a socket's calls go to the host's kernel besides: on the parallel machine and with
 * the parallel collector, a unicast of 64 bytes takes 1.2 times as long then, and a connector's
 * round trip 1.3 times. JMH forks a JVM for each benchmark for that reason; here all that is
 * compared is in one process.
 *
 * <p>Only Java's own classes, and those by which a workload is run, are the same inside and
 * outside. Class files are those that the program's loader finds, wherever it has them from.
 */
final class ColumnClasses extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    /** Called once for each round. */
    private static final ImmutableSet<String> SHARED =
            ImmutableSet.of(Contender.class.getName(), Loop.class.getName());

    private static final ClassLoader PROGRAM = ColumnClasses.class.getClassLoader();

    private final Column column;
    private final BiFunction<String, String, @Nullable Contender> preparation;

    /** Loads what prepares workloads. */
    @SuppressWarnings({"this-escape", "unchecked"}) // a loader finds classes without its fields
    ColumnClasses(Column column) {
        super("column " + column, ClassLoader.getPlatformClassLoader());
        this.column = column;
        try {
            preparation =
                    (BiFunction<String, String, @Nullable Contender>)
                            Class.forName(Preparation.class.getName(), true, this)
                                    .asSubclass(BiFunction.class)
                                    .getConstructor()
                                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the classes of " + column + " cannot be loaded", e);
        }
    }

    /** Makes a workload ready in this column, as {@link Workload#prepare} does. */
    @Nullable Contender prepare(Workload workload) {
        return preparation.apply(workload.name(), column.name());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (SHARED.contains(name)) {
            return PROGRAM.loadClass(name);
        }
        try (InputStream in = PROGRAM.getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] file = in.readAllBytes();
            return defineClass(name, file, 0, file.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    @Override
    protected @Nullable URL findResource(String name) {
        return PROGRAM.getResource(name);
    }

    @Override
    protected Enumeration<URL> findResources(String name) throws IOException {
        return PROGRAM.getResources(name);
    }
}
