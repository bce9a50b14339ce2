/**
 * Modules that break a rule of the kernel, each with its repaired twin: what a student may run to
 * see what a checker says, and why.
 *
 * <p>A wrong module's offending line ends in the comment {@code // wrong}; the report names that
 * line. The twin bears the same name with {@code Repaired} behind it and differs as little as it
 * can. {@link org.vkernel.testmodules.wrong.WrongModules} lists them.
 */
@NullMarked
package org.vkernel.testmodules.wrong;

import org.jspecify.annotations.NullMarked;
