/**
 * Processes that are killed, or exit, at any point of what they do with their sockets, and what
 * must be left of them: nothing (property 14).
 */
@NullMarked
package org.vkernel.testmodules.property.death;

import org.jspecify.annotations.NullMarked;
