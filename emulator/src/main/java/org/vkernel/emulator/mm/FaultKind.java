package org.vkernel.emulator.mm;

import java.util.Arrays;
import java.util.List;

/** Where failures are injected. */
public enum FaultKind {
    /** Objects of caches, {@code kmalloc()} included (mm/failslab.c). */
    FAILSLAB("failslab"),

    /** Blocks of pages (mm/fail_page_alloc.c). */
    FAIL_PAGE_ALLOC("fail_page_alloc"),

    /** Both, by number ({@code /proc/self/fail-nth}). */
    FAIL_NTH("fail-nth");

    private final String text;

    FaultKind(String text) {
        this.text = text;
    }

    /** All names. */
    static List<String> names() {
        return Arrays.stream(values()).map(FaultKind::toString).toList();
    }

    /** The name that the command line and the log know it by. */
    @Override
    public String toString() {
        return text;
    }
}
