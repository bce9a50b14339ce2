/**
 * Requests to a kernel's socket, plain ones and dumps, of several askers at once, some of them
 * short of memory: each has one answer (property 16), dumps are whole (17), notifications reach
 * each member once (18), nothing of them is left (19), and memory is asked for as it may be (20).
 */
@NullMarked
package org.vkernel.testmodules.property.answer;

import org.jspecify.annotations.NullMarked;
