/**
 * Loading and unloading of kernel modules.
 *
 * <p>A module is a Java class. The class that a caller names is only the pattern: {@link
 * org.vkernel.emulator.module.ModuleLoader} gives each load a copy of its own, in a class loader of
 * its own, whose static variables are as fresh as the data segment of a module that Linux has just
 * read from its file. Loaders are pooled, because defining the classes again costs some hundred
 * microseconds and throws away compiled code.
 *
 * <p>On the way from the class file to the loaded class:
 *
 * <pre>
 *   pattern class
 *     -> ModuleClasses       which classes belong to the module, from class files alone
 *     -> ModuleScanner       refuses host threads, clocks, chance ... with file and line
 *     -> ModuleInstrumenter  fresh statics; for the simulated machine, points
 *          -> PointPlan, PointEmitter   where in a method, and which instructions
 *     -> PreparedModule      class files and ModuleSites, made once for each pattern
 *     -> ModuleImage         one class loader with those classes, bound to one kernel at a time
 *     -> LoadedModule        what insmod holds until rmmod
 * </pre>
 *
 * <p>Instrumented code reports to {@link org.vkernel.emulator.module.ModulePoints}, which the
 * kernel implements: a point before each access to a mutable field or an array element, and at each
 * loop's back edge. Nothing else of a module changes; what it computes stays the same.
 *
 * <p>Not modelled: sections, relocations and symbol versions. A module's classes link as Java does.
 */
@NullMarked
package org.vkernel.emulator.module;

import org.jspecify.annotations.NullMarked;
