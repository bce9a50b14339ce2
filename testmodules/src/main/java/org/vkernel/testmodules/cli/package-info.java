/**
 * The command line {@code vkernel}.
 *
 * <p>{@link org.vkernel.testmodules.cli.Main} finds the commands by {@link java.util.ServiceLoader}
 * ({@link org.vkernel.testmodules.cli.VkernelCommand}) and describes to picocli only the one that
 * is run. All commands keep one contract:
 *
 * <ul>
 *   <li>status 0: all well; the last line on stdout is the result
 *   <li>status 1: what was asked ran and found a failure; the last line on stdout says which
 *   <li>status 2: wrong usage or input, {@link org.vkernel.testmodules.cli.UsageException}; nothing
 *       on stdout, and the last line on stderr says what, where and what was expected
 * </ul>
 *
 * <p>Progress and complaints go to stderr.
 */
@NullMarked
package org.vkernel.testmodules.cli;

import org.jspecify.annotations.NullMarked;
