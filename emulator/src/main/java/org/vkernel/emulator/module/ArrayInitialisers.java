package org.vkernel.emulator.module;

import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the array accesses in a method that nobody else can see.
 *
 * <p>These are the stores of an array initialiser, {@code new int[] {1, 2}} as well as the array of
 * a call with variable arguments: the array has no name before its last element is in. (Were they
 * points, each {@code printk} with arguments would be several.) And the load from the table that a
 * switch over an enum uses.
 *
 * <p>An initialiser is, in every compiler's code, {@code newarray} and then for each element {@code
 * dup, index, value, store}. Inside the value's code a store of its own can stand, if that store's
 * value is used; then {@code dup_x2} or {@code dup2_x2} has copied it before. Where a switch stands
 * inside the value, its cases could be whole statements: then this class finds nothing, and the
 * stores are points.
 */
final class ArrayInitialisers {
    /** An array that is being filled. */
    private static final class Filling {
        private final TypeKind kind;
        private boolean awaitsIndex = true;
        private int storesInside;

        Filling(TypeKind kind) {
            this.kind = kind;
        }
    }

    private final BitSet unseen = new BitSet();
    private final Deque<Filling> fillings = new ArrayDeque<>();
    private @Nullable Instruction previous;
    private @Nullable Filling justFilled;
    private int switchTables;

    private ArrayInitialisers() {}

    /** Returns the indices in {@code code} of the array accesses that are no points. */
    static BitSet find(List<CodeElement> code) {
        ArrayInitialisers search = new ArrayInitialisers();
        for (int i = 0; i < code.size(); i++) {
            if (code.get(i) instanceof Instruction instruction) {
                search.visit(i, instruction);
                search.previous = instruction;
            }
        }
        return search.unseen;
    }

    private void visit(int index, Instruction instruction) {
        Filling filled = justFilled;
        justFilled = null;
        Filling top = fillings.peek();
        if (top != null && top.awaitsIndex) {
            if (instruction instanceof ConstantInstruction c
                    && c.constantValue() instanceof Integer) {
                top.awaitsIndex = false;
                return;
            }
            fillings.pop();
        }
        switch (instruction) {
            case StackInstruction s -> duplicate(s.opcode(), filled);
            case ArrayStoreInstruction s -> store(index, s);
            case FieldInstruction f -> {
                if (f.name().stringValue().startsWith("$SwitchMap$")) {
                    switchTables++;
                }
            }
            case ArrayLoadInstruction _ -> {
                if (switchTables > 0 && isOrdinal(previous)) {
                    switchTables--;
                    unseen.set(index);
                }
            }
            case TableSwitchInstruction _ -> fillings.clear();
            case LookupSwitchInstruction _ -> fillings.clear();
            default -> {}
        }
    }

    private void duplicate(Opcode opcode, @Nullable Filling filled) {
        switch (opcode) {
            case DUP -> {
                TypeKind kind = filled == null ? createdKind(previous) : filled.kind;
                if (kind != null) {
                    fillings.push(new Filling(kind));
                }
            }
            case DUP_X2, DUP2_X2 -> {
                Filling top = fillings.peek();
                if (top != null) {
                    top.storesInside++;
                }
            }
            default -> {}
        }
    }

    private void store(int index, ArrayStoreInstruction store) {
        Filling top = fillings.peek();
        if (top == null) {
            return;
        }
        if (top.storesInside > 0) {
            top.storesInside--;
        } else if (store.typeKind() == top.kind) {
            unseen.set(index);
            justFilled = fillings.pop();
        } else {
            fillings.clear();
        }
    }

    private static @Nullable TypeKind createdKind(@Nullable Instruction instruction) {
        return switch (instruction) {
            // One opcode, bastore, stores bytes and booleans.
            case NewPrimitiveArrayInstruction n ->
                    n.typeKind() == TypeKind.BOOLEAN ? TypeKind.BYTE : n.typeKind();
            case NewReferenceArrayInstruction _ -> TypeKind.REFERENCE;
            case null, default -> null;
        };
    }

    private static boolean isOrdinal(@Nullable Instruction instruction) {
        return instruction instanceof InvokeInstruction call
                && call.name().equalsString("ordinal")
                && call.type().equalsString("()I");
    }
}
