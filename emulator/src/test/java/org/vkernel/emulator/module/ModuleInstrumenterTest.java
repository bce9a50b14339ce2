package org.vkernel.emulator.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vkernel.emulator.module.sample.TopLevel;

class ModuleInstrumenterTest {
    static Stream<Class<?>> samples() {
        Stream<Class<?>> nested =
                Arrays.stream(SampleModules.class.getDeclaredClasses())
                        .sorted(Comparator.comparing(Class::getName));
        return Stream.concat(nested, Stream.of(TopLevel.class));
    }

    /** The pattern itself runs first, as plain Java; its copies must say the same, each time. */
    @ParameterizedTest
    @MethodSource("samples")
    void copies_haveTheResultsOfPlainJava(Class<?> pattern) throws Exception {
        ModuleLoader loader = new ModuleLoader();
        var constructor = pattern.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object expected = ((Supplier<?>) constructor.newInstance()).get();
        for (int load = 0; load < 3; load++) {
            LoadedModule plain = loader.acquire(pattern, false);
            plain.start();
            assertEquals(expected, plain.newInstance(Supplier.class).get());
            plain.release();

            LoadedModule instrumented = loader.acquire(pattern, true);
            assertNotSame(pattern, instrumented.moduleClass());
            RecordingPoints points = new RecordingPoints(instrumented.sites());
            instrumented.start(points);
            assertEquals(expected, instrumented.newInstance(Supplier.class).get());
            assertFalse(points.take().isEmpty());
            instrumented.release();
        }
    }
}
