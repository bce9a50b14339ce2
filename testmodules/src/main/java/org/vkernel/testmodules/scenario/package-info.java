/**
 * Scenarios: modules, processes, parameters and an end, under a name.
 *
 * <pre>
 *   Scenarios            finds a Scenario: a built-in one, or a class of the user's
 *     -> Scenario        starts modules and processes in a kernel that was just booted
 *          ScenarioOptions   for how long, and with which parameters
 *   ScenarioRun          boots a kernel, runs one scenario in it, shuts it down
 *     -> RunResult       what came of it
 *   ScenarioProgram      runs one under one schedule after the other
 * </pre>
 *
 * <p>A scenario of one's own implements {@link org.vkernel.testmodules.scenario.Scenario}; the
 * command line runs it by its class's name, and by its own name if a file {@code
 * META-INF/services/org.vkernel.testmodules.scenario.Scenario} names the class.
 */
@NullMarked
package org.vkernel.testmodules.scenario;

import org.jspecify.annotations.NullMarked;
