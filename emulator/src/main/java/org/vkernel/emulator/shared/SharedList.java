package org.vkernel.emulator.shared;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.sched.Access;
import org.vkernel.emulator.sched.Scheduler;
import org.vkernel.emulator.sched.SimMachine;

/**
 * A doubly linked list in memory that several tasks see: {@code struct list_head} and its kin.
 *
 * <p>Writers exclude each other by a lock of theirs. Readers walk it under that lock ({@link
 * #firstLocked}, {@link #nextLocked}), or under RCU ({@link #first}, {@link #next}): a node that
 * was removed keeps its way on, and a new one is published whole. Each step is a point.
 */
public final class SharedList<T> {
    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(Node.class, "next", Node.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** An element's place in the list. */
    public static final class Node<T> {
        private final @Nullable T value;
        private @Nullable Node<T> next;
        private @Nullable Node<T> prev;
        private boolean linked;

        private Node(@Nullable T value) {
            this.value = value;
        }

        /** The element. */
        public T value() {
            return Objects.requireNonNull(value);
        }
    }

    private final @Nullable SimMachine sim;
    private final long object;
    private final Node<T> head = new Node<>(null);
    private Node<T> tail = head;
    private int size;

    public SharedList(Scheduler sched) {
        sim = sched.sim();
        object = sched.nextObject();
    }

    private void read() {
        if (sim != null) {
            sim.point(Access.READ_ONCE, object);
        }
    }

    private void write() {
        if (sim != null) {
            sim.point(Access.PUBLISH, object);
        }
    }

    /** {@code list_add()}: puts {@code value} first. The caller holds the list's lock. */
    public Node<T> addFirst(T value) {
        write();
        return link(new Node<>(value), head);
    }

    /** {@code list_add_tail()}: puts {@code value} last. The caller holds the list's lock. */
    public Node<T> addLast(T value) {
        write();
        return link(new Node<>(value), tail);
    }

    private Node<T> link(Node<T> node, Node<T> after) {
        Node<T> next = after.next;
        node.prev = after;
        node.next = next;
        node.linked = true;
        if (next == null) {
            tail = node;
        } else {
            next.prev = node;
        }
        NEXT.setRelease(after, node); // pairs with the acquire in first() and next()
        size++;
        return node;
    }

    /** {@code list_del_rcu()}; false if it is not linked. The caller holds the list's lock. */
    public boolean remove(Node<T> node) {
        write();
        if (!node.linked) {
            return false;
        }
        node.linked = false;
        Node<T> prev = Objects.requireNonNull(node.prev);
        Node<T> next = node.next;
        if (next == null) {
            tail = prev;
        } else {
            next.prev = prev;
        }
        NEXT.setRelease(prev, next);
        size--;
        return true;
    }

    /** The first node, or null. */
    public @Nullable Node<T> first() {
        return next(head);
    }

    /** The node after {@code node}, or null. */
    @SuppressWarnings("unchecked") // the handle's type is Node
    public @Nullable Node<T> next(Node<T> node) {
        read();
        return (Node<T>) NEXT.getAcquire(node);
    }

    /** As {@link #first}, for who holds the list's lock: the access is a plain one. */
    public @Nullable Node<T> firstLocked() {
        return nextLocked(head);
    }

    /** As {@link #next}, for who holds the list's lock: the access is a plain one. */
    public @Nullable Node<T> nextLocked(Node<T> node) {
        if (sim != null) {
            sim.point(Access.READ, object);
        }
        return node.next;
    }

    /** {@code list_empty()}. */
    public boolean isEmpty() {
        return first() == null;
    }

    /** The elements in their order, without a point. */
    @SuppressWarnings("unchecked") // the handle's type is Node
    public List<T> peekAll() {
        List<T> all = new ArrayList<>();
        Node<T> node = (Node<T>) NEXT.getAcquire(head);
        while (node != null) {
            all.add(node.value());
            node = (Node<T>) NEXT.getAcquire(node);
        }
        return all;
    }

    /** How many elements there are, without a point. */
    public int size() {
        return size;
    }
}
