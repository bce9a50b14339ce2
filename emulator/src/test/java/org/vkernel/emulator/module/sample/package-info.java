/** Modules of top-level classes for the loader's tests: a module is a package's classes. */
@NullMarked
package org.vkernel.emulator.module.sample;

import org.jspecify.annotations.NullMarked;
