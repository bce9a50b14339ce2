/** The key-value store under loss. */
@NullMarked
package org.vkernel.testmodules.kv;

import org.jspecify.annotations.NullMarked;
