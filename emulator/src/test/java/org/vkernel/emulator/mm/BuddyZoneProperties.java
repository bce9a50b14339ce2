package org.vkernel.emulator.mm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/**
 * The buddy allocator against a plain set of pages: no page is handed out twice, blocks are
 * aligned, nothing is lost, and all merges again when all is given back.
 */
class BuddyZoneProperties {
    private record Block(int frame, int order) {}

    @Property(tries = 300)
    void anyOrder_noPageTwice_andAllMergesAgain(
            @ForAll @IntRange(min = 1, max = 5000) int pages,
            @ForAll @Size(max = 120) List<@IntRange(min = 0, max = 21) Integer> steps) {
        BuddyZone zone = new BuddyZone(pages);
        List<Integer> before = blocks(zone);
        BitSet taken = new BitSet();
        List<Block> held = new ArrayList<>();
        for (int step : steps) {
            if (step <= BuddyZone.MAX_ORDER) {
                take(zone, step, taken, held, pages);
            } else if (!held.isEmpty()) {
                give(zone, held.remove(step % held.size()), taken);
            }
            zone.checkInvariants();
            assertEquals(pages - taken.cardinality(), zone.freePages());
        }
        while (!held.isEmpty()) {
            give(zone, held.removeFirst(), taken);
        }
        zone.checkInvariants();
        assertEquals(before, blocks(zone));
    }

    private static void take(BuddyZone zone, int order, BitSet taken, List<Block> held, int pages) {
        boolean expected = zone.hasBlock(order);
        int frame = zone.take(order);
        assertEquals(expected, frame != 0);
        if (frame == 0) {
            return;
        }
        int end = frame + (1 << order);
        assertEquals(0, frame % (1 << order), "alignment");
        assertTrue(frame >= BuddyZone.FIRST_FRAME && end <= BuddyZone.FIRST_FRAME + pages);
        assertTrue(taken.get(frame, end).isEmpty(), "taken twice");
        taken.set(frame, end);
        held.add(new Block(frame, order));
    }

    private static void give(BuddyZone zone, Block block, BitSet taken) {
        taken.clear(block.frame, block.frame + (1 << block.order));
        zone.free(block.frame, block.order);
    }

    private static List<Integer> blocks(BuddyZone zone) {
        List<Integer> counts = new ArrayList<>();
        for (int order = 0; order <= BuddyZone.MAX_ORDER; order++) {
            counts.add(zone.freeBlocks(order));
        }
        return counts;
    }

    @Test
    void free_buddies_merge_andTheSmallestBlockThatFitsIsTaken() {
        BuddyZone zone = new BuddyZone(64);
        int first = zone.take(0);
        int second = zone.take(0);
        int third = zone.take(0);
        zone.free(second, 0);
        zone.free(first, 0);
        assertEquals(first, zone.take(1));
        assertEquals(third + 1, zone.take(0));
    }

    @Test
    void take_noWholeBlockLeft_failsThoughEnoughPagesAreFree() {
        BuddyZone zone = new BuddyZone(8);
        int[] frames = new int[8];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = zone.take(0);
        }
        for (int i = 0; i < frames.length; i += 2) {
            zone.free(frames[i], 0);
        }
        assertEquals(4, zone.freePages());
        assertFalse(zone.hasBlock(1));
        assertEquals(0, zone.take(1));
        assertNotEquals(0, zone.take(0));
    }
}
