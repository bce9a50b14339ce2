/**
 * {@code cn_test}, the connector's own test module (samples/connector/cn_test.c): the first module
 * to read when you want to write one.
 */
@NullMarked
package org.vkernel.testmodules.cntest;

import org.jspecify.annotations.NullMarked;
