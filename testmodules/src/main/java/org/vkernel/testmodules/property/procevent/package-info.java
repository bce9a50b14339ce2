/**
 * Processes that live and die while others listen: each event is told to each listener once, in
 * full (properties 25 to 27).
 */
@NullMarked
package org.vkernel.testmodules.property.procevent;

import org.jspecify.annotations.NullMarked;
