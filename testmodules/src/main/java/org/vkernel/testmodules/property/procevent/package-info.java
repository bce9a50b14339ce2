/**
 * Processes that live and die while others listen: each event is told to each listener once, in
 * full (properties 25 to 27), and the requests for them are answered (36, 37); and listeners that
 * come and go: events are told while there is one (38).
 */
@NullMarked
package org.vkernel.testmodules.property.procevent;

import org.jspecify.annotations.NullMarked;
