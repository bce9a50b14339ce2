/**
 * JMH benchmarks and side-by-side comparisons with the host's kernel and with plain Java.
 *
 * <p>There is one class per question, which its first paragraph states. This last module also packs
 * all five into the one jar that the command line runs from.
 */
@NullMarked
package org.vkernel.benchmarks;

import org.jspecify.annotations.NullMarked;
