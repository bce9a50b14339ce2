package org.vkernel.testmodules.property;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.DepthFirstSearch;
import org.vkernel.emulator.explore.PartialOrderSearch;
import org.vkernel.emulator.explore.Program.Outcome;
import org.vkernel.emulator.explore.ReplaySchedule;
import org.vkernel.emulator.explore.ReplayToken;
import org.vkernel.emulator.explore.Shrinker;
import org.vkernel.emulator.explore.SparseSchedule;
import org.vkernel.emulator.explore.Strategies;

/** Runs a test of {@link Schedules}. */
final class SchedulesExtension implements ParameterResolver, InvocationInterceptor {
    /** The system property that holds a token. */
    private static final String REPLAY = "vkernel.replay";

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == VirtualKernel.class;
    }

    /** Each schedule gets a kernel of its own, in {@link #interceptTestMethod}. */
    @Override
    public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return null;
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> call,
            ExtensionContext context)
            throws Throwable {
        invocation.skip();
        Method method = call.getExecutable();
        Schedules schedules =
                AnnotationSupport.findAnnotation(method, Schedules.class).orElseThrow();
        method.setAccessible(true);
        Run run =
                new Run(
                        schedules,
                        method.getDeclaringClass().getName() + "#" + method.getName(),
                        method,
                        context.getRequiredTestInstance(),
                        call.getArguments());
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        // On a virtual thread, the kernel's tasks take turns without waking a host thread.
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        run.all(System.getProperty(REPLAY));
                    } catch (Throwable failed) {
                        thrown.set(failed);
                    }
                })
                .join();
        Throwable failed = thrown.get();
        if (failed != null) {
            throw failed;
        }
    }

    /** One test under all its schedules. */
    private record Run(
            Schedules schedules, String id, Method method, Object instance, List<Object> given) {

        void all(@Nullable String token) throws Throwable {
            if (token != null) {
                replay(token);
                return;
            }
            switch (schedules.strategy()) {
                case DepthFirstSearch.NAME -> exhaustive();
                case PartialOrderSearch.NAME -> reduced();
                default -> drawn();
            }
        }

        private boolean isSearch() {
            return schedules.strategy().equals(DepthFirstSearch.NAME)
                    || schedules.strategy().equals(PartialOrderSearch.NAME);
        }

        /** All schedules with at most so many unforced choices. */
        private void exhaustive() throws Throwable {
            DepthFirstSearch search = new DepthFirstSearch(schedules.bound());
            ScheduledTest test = test(config(schedules.seed()));
            int number = 0;
            do {
                Outcome outcome = test.run(search.strategy(), false);
                if (outcome.failure() != null) {
                    fail(number, schedules.seed(), test, outcome.failure(), search.schedule());
                }
                number++;
            } while (search.next());
        }

        /** All schedules that differ in more than the order of independent steps. */
        private void reduced() throws Throwable {
            PartialOrderSearch search = new PartialOrderSearch();
            ScheduledTest test = test(config(schedules.seed()));
            int number = 0;
            do {
                Outcome outcome = test.run(search.strategy(), false);
                if (outcome.failure() != null && !search.wasCut()) {
                    fail(number, schedules.seed(), test, outcome.failure(), search.schedule());
                }
                number++;
            } while (search.next());
        }

        private void drawn() throws Throwable {
            for (int number = 0; number < schedules.count(); number++) {
                long seed = schedules.seed() + number;
                ScheduledTest test = test(config(seed));
                Outcome outcome = test.run(Strategies.of(schedules.strategy(), seed), false);
                if (outcome.failure() != null) {
                    Outcome again = test.run(Strategies.of(schedules.strategy(), seed), true);
                    fail(number, seed, test, outcome.failure(), again.schedule());
                }
            }
        }

        private KernelConfig config(long seed) {
            return KernelConfig.simulated(seed)
                    .cpus(schedules.cpus())
                    .profile(Profile.of(schedules.profile()))
                    .jitter(schedules.jitter());
        }

        private ScheduledTest test(KernelConfig config) {
            return new ScheduledTest(config, this::call);
        }

        private void call(VirtualKernel kernel) {
            Object[] arguments = given.toArray();
            Class<?>[] types = method.getParameterTypes();
            for (int i = 0; i < types.length; i++) {
                if (types[i] == VirtualKernel.class) {
                    arguments[i] = kernel;
                }
            }
            try {
                method.invoke(instance, arguments);
            } catch (InvocationTargetException e) {
                Throwable cause = e.getCause();
                if (cause instanceof RuntimeException unchecked) {
                    throw unchecked;
                }
                if (cause instanceof Error error) {
                    throw error;
                }
                throw new UndeclaredThrowableException(cause);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(id + " cannot be called", e);
            }
        }

        private void fail(int number, long seed, ScheduledTest test, String kind, int[] schedule) {
            SparseSchedule found = SparseSchedule.of(schedule);
            Shrinker shrinker = new Shrinker(test, kind);
            SparseSchedule shrunk = shrinker.shrink(found);
            String heading =
                    String.format(
                            "schedule %d%s, shrunk from %d to %d answers other than \"go on\"",
                            number + 1,
                            isSearch() ? "" : " of " + schedules.count(),
                            found.size(),
                            shrunk.size());
            throw shown(heading, seed, shrunk, kind);
        }

        /** Runs a failing schedule once more, and tells all of it. */
        private AssertionFailedError shown(
                String heading, long seed, SparseSchedule schedule, String kind) {
            ShownRun run = ShownRun.of(config(seed), this::call, schedule);
            ReplayToken token =
                    new ReplayToken(
                            id,
                            ReplaySchedule.NAME,
                            seed,
                            schedule,
                            ReplayToken.checkOf(run.outcome().fingerprint()));
            List<String> lines = new ArrayList<>();
            lines.add(run.failure(kind));
            lines.add(heading + ":");
            lines.addAll(run.lines());
            lines.add("to repeat it: -D" + REPLAY + "=" + token);
            return new AssertionFailedError(String.join("\n", lines), run.thrown());
        }

        private void replay(String text) {
            ReplayToken token = ReplayToken.parse(text);
            if (!token.program().equals(id)) {
                throw new TestAbortedException("-D" + REPLAY + " is of " + token.program());
            }
            SparseSchedule schedule = Objects.requireNonNull(token.schedule());
            Outcome outcome = test(config(token.seed())).run(schedule.strategy(), false);
            if (ReplayToken.checkOf(outcome.fingerprint()) != token.check()) {
                throw new AssertionFailedError(
                        "the token is of another version of the program: its run had a fingerprint"
                                + String.format(
                                        " that begins with %08x, this one's is %s",
                                        token.check(), outcome.fingerprint()));
            }
            if (outcome.failure() != null) {
                throw shown("the token's schedule", token.seed(), schedule, outcome.failure());
            }
        }
    }
}
