/**
 * The workload in which threads use one socket at once: bind it, change its groups and options, ask
 * for dumps, send and receive; and what must hold of the socket whoever came first.
 */
@NullMarked
package org.vkernel.testmodules.property.sharing;

import org.jspecify.annotations.NullMarked;
