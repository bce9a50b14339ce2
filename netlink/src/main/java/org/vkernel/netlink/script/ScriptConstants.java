package org.vkernel.netlink.script;

import com.google.common.collect.ImmutableBiMap;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.abi.AddressFamily;
import org.vkernel.netlink.abi.MsgFlag;
import org.vkernel.netlink.abi.NetlinkOption;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.PollBit;
import org.vkernel.netlink.abi.SocketIoctl;
import org.vkernel.netlink.abi.SocketOption;
import org.vkernel.netlink.abi.SocketType;

/**
 * Names of constants in scripts: a kind of constant, read from the fields of the classes of {@code
 * abi}. Where a constant has no name, scripts hold the number.
 */
public final class ScriptConstants {
    public static final ScriptConstants FAMILY = of("AF_", AddressFamily.class);
    public static final ScriptConstants TYPE = of("SOCK_", SocketType.class);
    public static final ScriptConstants PROTOCOL = of("NETLINK_", NetlinkProtocol.class);
    public static final ScriptConstants LEVEL = of("SOL_", NetlinkOption.class, SocketOption.class);
    public static final ScriptConstants NETLINK_NAME = of("NETLINK_", NetlinkOption.class);
    public static final ScriptConstants SOCKET_NAME = of("SO_", SocketOption.class);
    public static final ScriptConstants FLAG = of("MSG_", MsgFlag.class);
    public static final ScriptConstants IOCTL = of("", SocketIoctl.class);
    public static final ScriptConstants HOW = of("SHUT_", SocketIoctl.class);

    /** Events, whose names scripts write without {@code POLL}. */
    public static final ScriptConstants EVENT = stripped("POLL", PollBit.class);

    private final ImmutableBiMap<String, Integer> values;

    private ScriptConstants(ImmutableBiMap<String, Integer> values) {
        this.values = values;
    }

    private static ScriptConstants of(String prefix, Class<?>... holders) {
        return read(prefix, 0, holders);
    }

    private static ScriptConstants stripped(String prefix, Class<?>... holders) {
        return read(prefix, prefix.length(), holders);
    }

    private static ScriptConstants read(String prefix, int stripped, Class<?>... holders) {
        ImmutableBiMap.Builder<String, Integer> found = ImmutableBiMap.builder();
        for (Class<?> holder : holders) {
            for (Field field : holder.getFields()) {
                if (field.getType() == int.class
                        && Modifier.isStatic(field.getModifiers())
                        && field.getName().startsWith(prefix)
                        && !isAuxiliary(field.getName())) {
                    found.put(field.getName().substring(stripped), get(field));
                }
            }
        }
        return new ScriptConstants(found.buildOrThrow());
    }

    /** Masks and limits, which are no values of what they stand beside. */
    private static boolean isAuxiliary(String name) {
        return name.endsWith("_MASK") || name.endsWith("_MAX");
    }

    private static int get(Field field) {
        try {
            return field.getInt(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError("a public field: " + field, e);
        }
    }

    /**
     * The number that a script's value stands for.
     *
     * @throws ScriptFormatException if it is an unknown name
     */
    public int parse(JsonElement value) {
        if (value.getAsJsonPrimitive().isNumber()) {
            return (int) value.getAsLong();
        }
        Integer known = values.get(value.getAsString());
        if (known == null) {
            throw new ScriptFormatException(
                    "unknown constant "
                            + value
                            + "; expected a number or one of "
                            + values.keySet());
        }
        return known;
    }

    /** The bits that an array of names and numbers stands for; null: none. */
    public int parseFlags(@Nullable JsonElement array) {
        int bits = 0;
        if (array != null) {
            for (JsonElement value : array.getAsJsonArray()) {
                bits |= parse(value);
            }
        }
        return bits;
    }

    /** The name of {@code value}, or the unsigned number. */
    public JsonPrimitive format(int value) {
        String name = values.inverse().get(value);
        return name == null
                ? new JsonPrimitive(Integer.toUnsignedLong(value))
                : new JsonPrimitive(name);
    }

    /** The names of all bits, from the lowest. */
    public JsonArray formatFlags(int bits) {
        JsonArray names = new JsonArray();
        for (int rest = bits; rest != 0; rest &= rest - 1) {
            names.add(format(Integer.lowestOneBit(rest)));
        }
        return names;
    }
}
