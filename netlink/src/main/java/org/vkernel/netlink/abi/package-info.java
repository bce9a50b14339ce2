/**
 * What netlink and sockets look like to a program: constants with Linux's names and values, and
 * layouts as offsets. Nothing here behaves; the {@code wire} package parses and builds.
 *
 * <p>All numbers are those of x86_64; multi-byte fields are little-endian.
 */
@NullMarked
package org.vkernel.netlink.abi;

import org.jspecify.annotations.NullMarked;
