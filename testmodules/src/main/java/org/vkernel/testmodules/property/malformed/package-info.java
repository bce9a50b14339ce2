/**
 * Messages to the connector whose lengths and counts are wrong, and registrations behind them: the
 * kernel reads what it was sent, and nothing else (property 32).
 */
@NullMarked
package org.vkernel.testmodules.property.malformed;

import org.jspecify.annotations.NullMarked;
