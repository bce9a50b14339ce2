/**
 * Random netlink scripts, done on the host's kernel and on a virtual one, whose answers must be the
 * same.
 *
 * <p>{@link org.vkernel.testmodules.property.script.ScriptArbitraries} says what a script may hold;
 * {@link org.vkernel.testmodules.property.script.ScriptPlan} is one of them, without names for its
 * sockets, so that any operation can be left out; {@link
 * org.vkernel.testmodules.property.script.ScriptDiff} does them on both kernels and shrinks what
 * differs; {@link org.vkernel.testmodules.property.script.ScriptCoverage} counts what occurred.
 */
@NullMarked
package org.vkernel.testmodules.property.script;

import org.jspecify.annotations.NullMarked;
