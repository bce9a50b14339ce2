package org.vkernel.emulator.module;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a field as a parameter of its module, as {@code module_param()} does. Its initial value is
 * the default; what {@code insmod} is given is stored before {@link KernelModule#init}.
 *
 * <p>The field is an {@code int}, {@code long}, {@code boolean} or {@code String}; a static one,
 * but for a {@link ModuleInfo#core} module, whose class all kernels share: there it belongs to the
 * module's object.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface ModuleParam {
    /** Its name, by default the field's ({@code module_param_named()}). */
    String name() default "";

    /** Whether an {@code int} is read as C's {@code uint}: 0 to 4294967295. */
    boolean unsigned() default false;

    /** What it is for ({@code MODULE_PARM_DESC}). */
    String description() default "";
}
