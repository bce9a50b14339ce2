/**
 * Clients that ask a service of the connector, and are told of what is no answer, too: which is
 * which (property 10).
 */
@NullMarked
package org.vkernel.testmodules.property.conversation;

import org.jspecify.annotations.NullMarked;
