package org.vkernel.testmodules.property;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A JUnit test that runs under many schedules, each time in a kernel of its own.
 *
 * <p>The method takes a {@link org.vkernel.emulator.VirtualKernel}, which is booted before it, and
 * closed and checked after it. If a schedule fails, it is shrunk; the failure tells the kernel's
 * log, shows the run with a column for each CPU, and gives a token: with {@code
 * -Dvkernel.replay=TOKEN} the test runs that one schedule only.
 *
 * <pre>{@code
 * @Schedules(count = 2000, strategy = "pct", cpus = 3)
 * void everyRequest_isAnswered(VirtualKernel kernel) { ... }
 * }</pre>
 *
 * <p>The object of the test class is the same for all schedules: what the method uses, it makes.
 */
@Test
@ExtendWith(SchedulesExtension.class)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Schedules {
    /** How many schedules; a search ends by itself. */
    int count() default 1_000;

    /**
     * What draws them: {@code random}, {@code round-robin}, {@code pct} or {@code pos}. Or a
     * search: {@code exhaustive} runs all with at most {@link #bound} unforced choices, {@code
     * dpor} all that differ in more than the order of independent steps. What is not to be
     * searched, such as what sets the test up, stands between {@link
     * org.vkernel.emulator.VirtualKernel#pauseExploration} and {@link
     * org.vkernel.emulator.VirtualKernel#resumeExploration}.
     */
    String strategy() default "random";

    /** Most unforced choices of a schedule, in an exhaustive search. */
    int bound() default 2;

    /** The first schedule's seed; each has the next. */
    long seed() default 1;

    /** The kernel's CPUs. */
    int cpus() default 2;

    /** The kernel's version. */
    String profile() default "6.18";

    /** Whether time may pass although something could run. */
    boolean jitter() default false;
}
