/**
 * What the connector looks like to a program: ids, limits, and layouts as offsets. Nothing here
 * behaves; the {@code wire} package parses and builds.
 */
@NullMarked
package org.vkernel.connector.abi;

import org.jspecify.annotations.NullMarked;
