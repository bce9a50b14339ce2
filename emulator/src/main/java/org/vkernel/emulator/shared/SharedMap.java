package org.vkernel.emulator.shared;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.LinkedHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;

/**
 * A hash table by {@code long} keys in memory that several tasks see: {@code struct rhashtable}.
 *
 * <p>Writers exclude each other by a lock of theirs; readers need RCU only. Walks go in the order
 * of insertion, so that no hash order reaches behaviour. Look-ups and changes are points.
 */
public final class SharedMap<T> {
    private static final int FIRST_BUCKETS = 16;
    private static final VarHandle BUCKETS = MethodHandles.arrayElementVarHandle(Entry[].class);
    private static final VarHandle TABLE;

    static {
        try {
            TABLE = MethodHandles.lookup().findVarHandle(SharedMap.class, "table", Entry[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final class Entry<T> {
        final long key;
        final T value;
        final @Nullable Entry<T> chain;

        Entry(long key, T value, @Nullable Entry<T> chain) {
            this.key = key;
            this.value = value;
            this.chain = chain;
        }
    }

    private final @Nullable SimMachine sim;
    private final long object;
    private @Nullable Entry<T>[] table;
    private final LinkedHashMap<Long, T> order = new LinkedHashMap<>();

    public SharedMap(Scheduler sched) {
        sim = sched.sim();
        object = sched.nextObject();
        table = newTable(FIRST_BUCKETS);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    private static <T> @Nullable Entry<T>[] newTable(int size) {
        return new Entry[size];
    }

    private static int bucket(long key, int length) {
        return (int) ((key * 0x9E3779B97F4A7C15L) >>> 40) & (length - 1);
    }

    /** The value of {@code key}, or null. Context: any; the caller is in an RCU read section. */
    @SuppressWarnings("unchecked") // the handles' types are Entry
    public @Nullable T get(long key) {
        if (sim != null) {
            sim.point(Access.READ_ONCE, object);
        }
        // Pairs with the releases in put() and remove().
        Entry<T>[] buckets = (Entry<T>[]) TABLE.getAcquire(this);
        Entry<T> entry = (Entry<T>) BUCKETS.getAcquire(buckets, bucket(key, buckets.length));
        while (entry != null && entry.key != key) {
            entry = entry.chain;
        }
        return entry == null ? null : entry.value;
    }

    /** Adds {@code key}; false if it is there already. The caller holds the table's lock. */
    public boolean putIfAbsent(long key, T value) {
        if (sim != null) {
            sim.point(Access.PUBLISH, object);
        }
        if (order.putIfAbsent(key, value) != null) {
            return false;
        }
        if (order.size() > table.length) {
            grow();
        } else {
            int bucket = bucket(key, table.length);
            BUCKETS.setRelease(table, bucket, new Entry<>(key, value, table[bucket]));
        }
        return true;
    }

    private void grow() {
        @Nullable Entry<T>[] bigger = newTable(table.length * 4);
        order.forEach((key, value) -> {
            int bucket = bucket(key, bigger.length);
            bigger[bucket] = new Entry<>(key, value, bigger[bucket]);
        });
        TABLE.setRelease(this, bigger);
    }

    /** Takes {@code key} off; what was there, or null. The caller holds the table's lock. */
    public @Nullable T remove(long key) {
        if (sim != null) {
            sim.point(Access.PUBLISH, object);
        }
        T removed = order.remove(key);
        if (removed != null) {
            int bucket = bucket(key, table.length);
            BUCKETS.setRelease(table, bucket, without(table[bucket], key));
        }
        return removed;
    }

    private static <T> @Nullable Entry<T> without(@Nullable Entry<T> chain, long key) {
        if (chain == null) {
            return null;
        }
        if (chain.key == key) {
            return chain.chain;
        }
        return new Entry<>(chain.key, chain.value, without(chain.chain, key));
    }

    /** Walks the values in the order of insertion. The caller holds the table's lock. */
    public void forEach(Consumer<? super T> action) {
        if (sim != null) {
            sim.point(Access.READ, object);
        }
        order.values().forEach(action);
    }

    public int size() {
        return order.size();
    }
}
