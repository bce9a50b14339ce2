/**
 * {@code ucon}, the process that talks to {@code cn_test} (samples/connector/ucon.c): listens to
 * the connector, or sends it messages.
 */
@NullMarked
package org.vkernel.testmodules.ucon;

import org.jspecify.annotations.NullMarked;
