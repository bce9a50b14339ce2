/**
 * A module with a callback, a timer, a work and a kernel thread that is loaded and unloaded while
 * processes call it, and whose load fails half-way at times (property 13).
 */
@NullMarked
package org.vkernel.testmodules.property.module;

import org.jspecify.annotations.NullMarked;
