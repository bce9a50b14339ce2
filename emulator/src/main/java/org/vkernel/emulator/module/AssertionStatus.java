package org.vkernel.emulator.module;

import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.ConstantInstruction.LoadConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.List;

/**
 * Recognises the compiler's question whether assertions are on. It asks the outermost class, which
 * to a module of a nested class may be out of reach; the module asks its own class then.
 */
final class AssertionStatus {
    private AssertionStatus() {}

    /** Whether the element at {@code index} loads the class that is asked. */
    static boolean isAsked(List<CodeElement> code, int index) {
        return code.get(index) instanceof LoadConstantInstruction constant
                && constant.constantEntry() instanceof ClassEntry
                && nextInstruction(code, index) instanceof InvokeInstruction call
                && call.owner().name().equalsString("java/lang/Class")
                && call.name().equalsString("desiredAssertionStatus");
    }

    private static CodeElement nextInstruction(List<CodeElement> code, int index) {
        int next = index + 1;
        while (next < code.size() - 1 && !(code.get(next) instanceof Instruction)) {
            next++;
        }
        return code.get(Math.min(next, code.size() - 1));
    }
}
