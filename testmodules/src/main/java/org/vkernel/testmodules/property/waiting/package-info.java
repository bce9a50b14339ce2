/** Calls that wait, for room, for messages, for events: each ends when it must (property 29). */
@NullMarked
package org.vkernel.testmodules.property.waiting;

import org.jspecify.annotations.NullMarked;
