package org.vkernel.emulator.variant;

import java.util.List;

/**
 * Lists variants; found by {@link java.util.ServiceLoader}, so that each part of the kernel, and a
 * user's class path as well, can contribute its own.
 *
 * <p>It is a public class with a public constructor without arguments.
 */
public interface VariantProvider {
    /** The variants, each with a name that no other one has. */
    List<Variant> variants();
}
