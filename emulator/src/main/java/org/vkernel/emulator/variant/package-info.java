/**
 * Variants: historical bugs of Linux, re-created one by one, and repairs of those that it still
 * has.
 *
 * <p>Where a part of the kernel has had such a bug, the few lines in question stand in a
 * <i>policy</i>: a small interface, whose usual object is the reference's behaviour. The part asks
 * for it once, when it is set up, and calls it from then on; a {@link
 * org.vkernel.emulator.variant.Variant} that the kernel was booted with has put another object in
 * its place. So a kernel without variants has neither a flag nor a branch for them.
 *
 * <pre>
 *   KernelConfig.variant("CN-09")
 *     -> Variants            of one kernel: kernel.variants().policy(Policy.class, usual)
 *          -> Variant        name, what was wrong, what comes of it, where; and its replacements
 *   VariantProvider          lists a module's variants; found by ServiceLoader
 * </pre>
 */
@NullMarked
package org.vkernel.emulator.variant;

import org.jspecify.annotations.NullMarked;
