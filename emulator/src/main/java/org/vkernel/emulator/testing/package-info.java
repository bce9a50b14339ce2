/** What tests of several modules need; no part of the kernel. */
@NullMarked
package org.vkernel.emulator.testing;

import org.jspecify.annotations.NullMarked;
