/**
 * Netlink scripts: what is done to a kernel and what it answered, a JSON object on each line.
 *
 * <p>{@link org.vkernel.netlink.script.NetlinkScript} reads a file; {@link
 * org.vkernel.netlink.script.ScriptReplay} does its operations and compares the answers. Operations
 * are found by name in {@link org.vkernel.netlink.script.ScriptOperations}, to which other modules
 * add theirs by a {@link org.vkernel.netlink.script.ScriptOperationSource}.
 */
@NullMarked
package org.vkernel.netlink.script;

import org.jspecify.annotations.NullMarked;
