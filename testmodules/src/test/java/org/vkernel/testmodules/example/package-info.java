/** Modules and scenarios such as a user of the command line writes. */
@NullMarked
package org.vkernel.testmodules.example;

import org.jspecify.annotations.NullMarked;
