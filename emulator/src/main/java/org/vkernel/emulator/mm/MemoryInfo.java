package org.vkernel.emulator.mm;

import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.process.UserProcess;

/**
 * Where the memory is: {@code /proc/meminfo}, {@code buddyinfo} and {@code slabinfo}, and the log's
 * {@code Mem-Info}. Figures of other CPUs are guesses, as in Linux.
 */
final class MemoryInfo {
    private static final int PAGE_KIB = BuddyZone.PAGE_BYTES / 1024;

    private final Memory memory;
    private final PageAllocator pages;

    MemoryInfo(Memory memory, PageAllocator pages) {
        this.memory = memory;
        this.pages = pages;
    }

    /** Shows {@code /proc/meminfo}: of its lines those that this kernel has. */
    void meminfo(StringBuilder text) {
        int slab = slabPages();
        line(text, "MemTotal", pages.zone().managedPages());
        line(text, "MemFree", pages.zone().freePages());
        line(text, "MemAvailable", available());
        line(text, "Cached", memory.pageCache().pages());
        line(text, "AnonPages", anonPages());
        line(text, "Slab", slab);
        line(text, "SReclaimable", 0);
        line(text, "SUnreclaim", slab);
        line(text, "VmallocUsed", memory.vmallocAreas().pages());
    }

    private static void line(StringBuilder text, String name, long pageCount) {
        text.append(String.format("%-16s%8d kB%n", name + ":", pageCount * PAGE_KIB));
    }

    /** Models {@code si_mem_available()}: what may be had without harm. */
    private long available() {
        Watermarks marks = pages.marks();
        long cached = memory.pageCache().pages();
        long free = (long) pages.zone().freePages() - marks.high();
        return Math.max(0, free + cached - Math.min(cached / 2, marks.low()));
    }

    private long anonPages() {
        long sum = memory.kernel().init().pages().count();
        for (UserProcess process : memory.kernel().processes()) {
            sum += process.pages().count();
        }
        return sum;
    }

    private int slabPages() {
        int sum = 0;
        for (KmemCache cache : memory.caches()) {
            sum += cache.slabs() << cache.slabOrder();
        }
        return sum;
    }

    /** Shows {@code /proc/buddyinfo}. */
    void buddyinfo(StringBuilder text) {
        text.append(String.format("Node %d, zone %8s ", 0, "Normal"));
        for (int order = 0; order <= BuddyZone.MAX_ORDER; order++) {
            text.append(String.format("%6d ", pages.zone().freeBlocks(order)));
        }
        text.append('\n');
    }

    /** Shows {@code /proc/slabinfo}. */
    void slabinfo(StringBuilder text) {
        text.append("slabinfo - version: 2.1\n")
                .append("# name            <active_objs> <num_objs> <objsize> <objperslab>")
                .append(" <pagesperslab> : tunables <limit> <batchcount> <sharedfactor>")
                .append(" : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
        for (KmemCache cache : memory.caches()) {
            int slabs = cache.slabs();
            text.append(
                    String.format(
                            "%-17s %6d %6d %6d %4d %4d : tunables %4d %4d %4d"
                                    + " : slabdata %6d %6d %6d%n",
                            cache.name(),
                            cache.live(),
                            slabs * cache.objectsPerSlab(),
                            cache.objectBytes(),
                            cache.objectsPerSlab(),
                            1 << cache.slabOrder(),
                            0,
                            0,
                            0,
                            slabs,
                            slabs,
                            0));
        }
    }

    /** What the log tells of memory when there is none ({@code show_mem()}). */
    List<String> summary() {
        BuddyZone zone = pages.zone();
        Watermarks marks = pages.marks();
        List<String> lines = new ArrayList<>();
        lines.add(
                String.format(
                        "active_anon:%d inactive_file:%d slab_unreclaimable:%d free:%d",
                        anonPages(), memory.pageCache().pages(), slabPages(), zone.freePages()));
        lines.add(
                String.format(
                        "Node 0 Normal free:%dkB min:%dkB low:%dkB high:%dkB managed:%dkB",
                        zone.freePages() * PAGE_KIB,
                        marks.min() * PAGE_KIB,
                        marks.low() * PAGE_KIB,
                        marks.high() * PAGE_KIB,
                        (long) zone.managedPages() * PAGE_KIB));
        StringBuilder blocks = new StringBuilder("Node 0 Normal:");
        for (int order = 0; order <= BuddyZone.MAX_ORDER; order++) {
            blocks.append(String.format(" %d*%dkB", zone.freeBlocks(order), PAGE_KIB << order));
        }
        lines.add(blocks.append(" = ").append(zone.freePages() * PAGE_KIB).append("kB").toString());
        return lines;
    }

    /** Pages that nobody accounts for; 0 unless some are lost. Only while nothing runs. */
    int lostPages() {
        return pages.zone().managedPages()
                - pages.zone().freePages()
                - slabPages()
                - memory.pageCache().pages()
                - memory.vmallocAreas().pages()
                - memory.blockPages()
                - (int) anonPages();
    }
}
