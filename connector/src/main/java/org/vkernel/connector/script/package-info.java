/**
 * The operations that the connector adds to netlink scripts: those inside of the kernel, and those
 * of a process that make process events.
 */
@NullMarked
package org.vkernel.connector.script;

import org.jspecify.annotations.NullMarked;
