/**
 * Bytes that nobody meant: the parsers of messages, and the system calls on netlink sockets, under
 * random input.
 *
 * <p>{@link org.vkernel.testmodules.fuzz.WireFuzz} and {@link
 * org.vkernel.testmodules.fuzz.SyscallFuzz} make something of any bytes and fail where they meet
 * what may not be. They are run three ways: over the corpus in the test resources (inputs that once
 * failed stay there), for some seconds over random bytes, and at length by a fuzzer that looks for
 * bytes that reach new code.
 */
@NullMarked
package org.vkernel.testmodules.fuzz;

import org.jspecify.annotations.NullMarked;
