/**
 * The kernel modules, processes and scenarios that exercise the connector, and how to run them.
 *
 * <p>Here are {@code cn_test}, {@code ucon} and the other scenarios, deliberately broken modules
 * among them, the variants that re-create historical bugs, the property kit for jqwik and JUnit,
 * the labs, and the command line {@code vkernel}.
 */
@NullMarked
package org.vkernel.testmodules;

import org.jspecify.annotations.NullMarked;
