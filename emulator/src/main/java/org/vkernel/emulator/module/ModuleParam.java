package org.vkernel.emulator.module;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a static field as a parameter of its module, as {@code module_param()} does. Its initial
 * value is the default; what {@code insmod} is given is stored before {@link KernelModule#init}.
 *
 * <p>The field is an {@code int}, {@code long}, {@code boolean} or {@code String}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface ModuleParam {
    /** Whether an {@code int} is read as C's {@code uint}: 0 to 4294967295. */
    boolean unsigned() default false;

    /** What it is for ({@code MODULE_PARM_DESC}). */
    String description() default "";
}
