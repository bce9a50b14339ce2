package org.vkernel.emulator.module;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What is said of a module beside its code: {@code MODULE_*} macros and {@code modules.dep}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ModuleInfo {
    /** Its name; by default the class's simple name as {@code snake_case}. */
    String name() default "";

    /** The modules that {@code modprobe} loads before it. */
    Class<? extends KernelModule>[] dependsOn() default {};

    /**
     * Whether it is part of the kernel's own code, written against the emulator's types: such a
     * class is neither checked nor instrumented, and others see its types.
     */
    boolean core() default false;
}
