/**
 * Who sends: what receivers, callbacks and taps are shown of a message is what was sent, and of its
 * sender the truth (properties 30 and 31).
 */
@NullMarked
package org.vkernel.testmodules.property.identity;

import org.jspecify.annotations.NullMarked;
