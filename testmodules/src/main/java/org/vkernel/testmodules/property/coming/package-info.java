/**
 * The connector and its test module come and go, under those who use them: what loading and
 * unloading answer, and what is left.
 */
@NullMarked
package org.vkernel.testmodules.property.coming;

import org.jspecify.annotations.NullMarked;
