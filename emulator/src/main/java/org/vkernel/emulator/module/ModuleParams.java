package org.vkernel.emulator.module;

import com.google.common.collect.ImmutableList;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Stores what {@code insmod} was given into a module's parameters (kernel/params.c). */
final class ModuleParams {
    private static final long UINT_MAX = 0xffff_ffffL;

    /** A value that its parameter cannot take. */
    static final class InvalidException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidException(String value, String name) {
            super(String.format("`%s' invalid for parameter `%s'", value, name));
        }
    }

    private final Map<String, Field> fields = new TreeMap<>();

    ModuleParams(Class<?> module) {
        boolean isCore = isCore(module);
        for (Field field : module.getDeclaredFields()) {
            ModuleParam param = field.getAnnotation(ModuleParam.class);
            if (param != null) {
                int modifiers = field.getModifiers();
                if (Modifier.isStatic(modifiers) == isCore || Modifier.isFinal(modifiers)) {
                    throw new IllegalArgumentException(
                            module.getName()
                                    + "."
                                    + field.getName()
                                    + ": a parameter is "
                                    + (isCore ? "not static, in a core module," : "static")
                                    + " and not final");
                }
                field.setAccessible(true);
                fields.put(nameOf(field), field);
            }
        }
    }

    /** Whether all kernels share the module's class, so that it has no statics of its own. */
    static boolean isCore(Class<?> module) {
        ModuleInfo info = module.getAnnotation(ModuleInfo.class);
        return info != null && info.core();
    }

    private static String nameOf(Field field) {
        String name = field.getAnnotation(ModuleParam.class).name();
        return name.isEmpty() ? field.getName() : name;
    }

    /**
     * Stores one parameter.
     *
     * @param module the module's object, where its parameters are not static
     * @return whether the module has it
     */
    boolean set(@Nullable Object module, String name, String value) throws InvalidException {
        Field field = fields.get(name);
        if (field == null) {
            return false;
        }
        try {
            field.set(module, parse(field, value));
        } catch (NumberFormatException e) {
            throw new InvalidException(value, name);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
        return true;
    }

    /** The parameters' names, in alphabetical order. */
    List<String> names() {
        return ImmutableList.copyOf(fields.keySet());
    }

    /** What a parameter's values look like, in words, if {@code value} is none; else null. */
    @Nullable String expectedInsteadOf(String value, String name) {
        Field field = Objects.requireNonNull(fields.get(name), name);
        try {
            var _ = parse(field, value);
            return null;
        } catch (NumberFormatException | InvalidException e) {
            Class<?> type = field.getType();
            return type == boolean.class
                    ? "y or n"
                    : type == long.class
                            ? "a number from " + Long.MIN_VALUE + " to " + Long.MAX_VALUE
                            : "a number from " + least(field) + " to " + most(field);
        }
    }

    private static @Nullable Object parse(Field field, String value) throws InvalidException {
        Class<?> type = field.getType();
        if (type == String.class) {
            return value;
        }
        if (type == boolean.class) {
            return parseBoolean(nameOf(field), value);
        }
        long number = parseNumber(value);
        if (type == long.class) {
            return number;
        }
        if (type != int.class) {
            throw new IllegalArgumentException(
                    field + ": a parameter is an int, long, boolean or String");
        }
        if (number < least(field) || number > most(field)) {
            throw new InvalidException(value, nameOf(field));
        }
        return (int) number;
    }

    private static boolean isUnsigned(Field field) {
        return field.getAnnotation(ModuleParam.class).unsigned();
    }

    private static long least(Field field) {
        return isUnsigned(field) ? 0 : Integer.MIN_VALUE;
    }

    private static long most(Field field) {
        return isUnsigned(field) ? UINT_MAX : Integer.MAX_VALUE;
    }

    /** As {@code kstrtol()} with base 0: decimal, {@code 0x} hexadecimal, {@code 0} octal. */
    private static long parseNumber(String value) {
        if (value.indexOf('#') >= 0) {
            throw new NumberFormatException(value); // hexadecimal for Java alone
        }
        return Long.decode(value);
    }

    /** As {@code kstrtobool()}, which looks no further than it must; without a value: true. */
    private static boolean parseBoolean(String name, String value) throws InvalidException {
        if (value.isEmpty()) {
            return true;
        }
        String start = value.substring(0, Math.min(2, value.length())).toLowerCase(Locale.ROOT);
        return switch (start.charAt(0)) {
            case 'y', 't', '1' -> true;
            case 'n', 'f', '0' -> false;
            default ->
                    switch (start) {
                        case "on" -> true;
                        case "of" -> false;
                        default -> throw new InvalidException(value, name);
                    };
        };
    }
}
