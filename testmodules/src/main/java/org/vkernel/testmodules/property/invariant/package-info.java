/**
 * Sentences about the stream of trace events that hold in every run; {@link
 * org.vkernel.testmodules.property.Invariants} watches them.
 */
@NullMarked
package org.vkernel.testmodules.property.invariant;

import org.jspecify.annotations.NullMarked;
