package org.vkernel.emulator.module;

import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.constant.ClassDesc;

/** Writes one method's code again with what its {@link PointPlan} adds. */
final class PointEmitter implements CodeTransform {
    private final ModuleClasses classes;
    private final ModuleClass where;
    private final ClassDesc points;
    private final PointPlan plan;
    private int next;

    PointEmitter(ModuleClasses classes, ModuleClass where, PointPlan plan) {
        this.classes = classes;
        this.where = where;
        this.points = Synthetic.pointsClass(classes.patternName());
        this.plan = plan;
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
        int i = next++;
        int site = plan.site(i);
        switch (plan.action(i)) {
            case NONE -> {}
            case READ_FIELD -> readField(code, (FieldInstruction) element, site);
            case WRITE_FIELD -> writeField(code, (FieldInstruction) element, site);
            case READ_STATIC -> callStatic(code, site, false);
            case WRITE_STATIC -> callStatic(code, site, true);
            case READ_ELEMENT -> readElement(code, site);
            case WRITE_ELEMENT -> writeElement(code, (ArrayStoreInstruction) element, site);
            case LOOP -> code.loadConstant(site).invokestatic(points, "loop", Synthetic.TYPE_LOOP);
            case NUMBER_OBJECT -> {
                code.with(element);
                numberObject(code);
                return;
            }
            case ASK_OWN_CLASS -> {
                code.loadConstant(where.desc());
                return;
            }
        }
        if (plan.movesStatic(i)) {
            moveStatic(code, (FieldInstruction) element);
        } else {
            code.with(element);
        }
    }

    /** Stack: object. */
    private void readField(CodeBuilder code, FieldInstruction f, int site) {
        code.dup();
        callAccess(code, f, site, false);
    }

    /** Stack: object, value. */
    private void writeField(CodeBuilder code, FieldInstruction f, int site) {
        if (isWide(TypeKind.fromDescriptor(f.type().stringValue()))) {
            code.dup2_x1().pop2().dup_x2();
        } else {
            code.dup2().pop();
        }
        callAccess(code, f, site, true);
    }

    private void callAccess(CodeBuilder code, FieldInstruction f, int site, boolean write) {
        ModuleClass owner = classes.get(f.owner().asInternalName());
        if (owner == null) {
            throw new IllegalStateException("no class of the module: " + f.owner().name());
        }
        ModuleClass root = classes.root(owner);
        code.loadConstant(site)
                .loadConstant(write ? 1 : 0)
                .invokestatic(root.desc(), Synthetic.ACCESS, Synthetic.accessType(root));
    }

    private void callStatic(CodeBuilder code, int site, boolean write) {
        code.loadConstant(site)
                .loadConstant(write ? 1 : 0)
                .invokestatic(points, "staticField", Synthetic.TYPE_STATIC);
    }

    /** Stack: array, index. */
    private void readElement(CodeBuilder code, int site) {
        code.dup2();
        callArray(code, site, false);
    }

    /** Stack: array, index, value. */
    private void writeElement(CodeBuilder code, ArrayStoreInstruction store, int site) {
        if (isWide(store.typeKind())) {
            code.dup2_x2().pop2().dup2_x2();
        } else {
            code.dup_x2().pop().dup2_x1();
        }
        callArray(code, site, true);
    }

    private void callArray(CodeBuilder code, int site, boolean write) {
        code.loadConstant(site)
                .loadConstant(write ? 1 : 0)
                .invokestatic(points, "array", Synthetic.TYPE_ARRAY);
    }

    private void numberObject(CodeBuilder code) {
        code.aload(0)
                .invokestatic(points, "newObject", Synthetic.TYPE_NEW)
                .putfield(where.desc(), Synthetic.ID, CD_long);
    }

    private void moveStatic(CodeBuilder code, FieldInstruction f) {
        ModuleClass.Field field =
                classes.field(
                        f.owner().asInternalName(), f.name().stringValue(), f.type().stringValue());
        if (field == null) {
            throw new IllegalStateException("no field of the module: " + f.name());
        }
        code.fieldAccess(
                f.opcode(), Synthetic.staticsClass(field.owner()), field.name(), f.typeSymbol());
    }

    private static boolean isWide(TypeKind kind) {
        return kind.slotSize() == 2;
    }
}
