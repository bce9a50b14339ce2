package org.vkernel.emulator.check.races;

import org.jspecify.annotations.Nullable;

/** The places that were accessed, by number: a hash table with open addressing. */
final class Places {
    private static final int FIRST_SIZE = 1 << 8;

    /** Beyond so many, all is forgotten: places are never told to be gone. */
    private static final int LIMIT = 1 << 18;

    private @Nullable Place[] table = new Place[FIRST_SIZE];
    private int size;
    private Place last = new Place(0);

    /** The place of that number, a new one if it was never accessed. */
    Place get(long number) {
        Place recent = last;
        if (recent.number == number) {
            return recent;
        }
        @Nullable Place[] places = table;
        int mask = places.length - 1;
        int index = hash(number) & mask;
        Place found;
        while ((found = places[index]) != null) {
            if (found.number == number) {
                last = found;
                return found;
            }
            index = (index + 1) & mask;
        }
        return add(number);
    }

    private Place add(long number) {
        if (size >= LIMIT) {
            table = new Place[FIRST_SIZE];
            size = 0;
        } else if (size * 2 >= table.length) {
            grow();
        }
        Place made = new Place(number);
        insert(table, made);
        size++;
        last = made;
        return made;
    }

    private void grow() {
        @Nullable Place[] bigger = new Place[table.length * 2];
        for (Place place : table) {
            if (place != null) {
                insert(bigger, place);
            }
        }
        table = bigger;
    }

    private static void insert(@Nullable Place[] places, Place place) {
        int mask = places.length - 1;
        int index = hash(place.number) & mask;
        while (places[index] != null) {
            index = (index + 1) & mask;
        }
        places[index] = place;
    }

    private static int hash(long number) {
        return (int) ((number * 0x9E3779B97F4A7C15L) >>> 32);
    }
}
