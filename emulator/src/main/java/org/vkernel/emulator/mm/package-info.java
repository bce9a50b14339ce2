/**
 * Memory: GFP masks, the page allocator with its watermarks, kmalloc caches and fault injection.
 *
 * <p>Models {@code mm/page_alloc.c} and {@code mm/slub.c}: pages and caches are modelled by number,
 * so that an allocation succeeds or fails where Linux's would.
 */
@NullMarked
package org.vkernel.emulator.mm;

import org.jspecify.annotations.NullMarked;
