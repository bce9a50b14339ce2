package org.vkernel.testmodules.property.script;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.vkernel.netlink.script.HexText;

/** Arbitrary arguments of operations. What shrinks, shrinks to the first of its values. */
final class Values {
    /** How many sockets a script has at once. */
    static final int SOCKETS = 8;

    private static final int NLMSGHDR_BYTES = 16;

    private Values() {}

    /** An argument and its values. */
    record Field(String name, Arbitrary<JsonElement> values) {}

    static Field field(String name, Arbitrary<JsonElement> values) {
        return new Field(name, values);
    }

    /** An argument that is given once in {@code times}. */
    static Field rare(String name, int times, Arbitrary<JsonElement> values) {
        Arbitrary<JsonElement> absent = Arbitraries.just(JsonNull.INSTANCE);
        return new Field(
                name, Arbitraries.frequencyOf(Tuple.of(times - 1, absent), Tuple.of(1, values)));
    }

    /** Objects of these members. */
    static Arbitrary<JsonObject> object(Field... fields) {
        List<Arbitrary<JsonElement>> values = new ArrayList<>();
        for (Field field : fields) {
            values.add(field.values());
        }
        return Combinators.combine(values)
                .as(members -> {
                    JsonObject object = new JsonObject();
                    for (int i = 0; i < fields.length; i++) {
                        if (!members.get(i).isJsonNull()) {
                            object.add(fields[i].name(), members.get(i));
                        }
                    }
                    return object;
                });
    }

    /** Numbers and names. */
    static Arbitrary<JsonElement> oneOf(Object... values) {
        ImmutableList.Builder<JsonElement> elements = ImmutableList.builder();
        for (Object value : values) {
            elements.add(
                    value instanceof Number number
                            ? new JsonPrimitive(number)
                            : new JsonPrimitive(value.toString()));
        }
        return Arbitraries.of(elements.build());
    }

    static JsonElement number(long value) {
        return new JsonPrimitive(value);
    }

    /** Those of {@code usual} most often. */
    static Arbitrary<JsonElement> mostly(
            int times, Arbitrary<JsonElement> usual, Arbitrary<JsonElement> others) {
        return Arbitraries.frequencyOf(Tuple.of(times - 1, usual), Tuple.of(1, others));
    }

    /** Port ids: numbers that scripts share, the process's, and those of sockets. */
    static Arbitrary<JsonElement> portids() {
        List<JsonElement> sockets = new ArrayList<>();
        for (int i = 0; i < SOCKETS; i++) {
            sockets.add(new JsonPrimitive("#" + i));
        }
        return Arbitraries.frequencyOf(
                Tuple.of(3, oneOf(0, 5_000_001, 5_000_002, 5_000_003)),
                Tuple.of(6, Arbitraries.of(sockets)),
                Tuple.of(1, oneOf("$tgid", 1, 4_294_967_295L, 2_147_483_648L, 9_999_999)));
    }

    /** Masks of groups, few at first so that sockets meet. */
    static Arbitrary<JsonElement> groups() {
        return Arbitraries.frequencyOf(
                Tuple.of(4, oneOf(0)),
                Tuple.of(4, oneOf(1, 2, 4)),
                Tuple.of(2, oneOf(3, 5, 7, 0x55555555, 0x80000001L)),
                Tuple.of(1, Arbitraries.longs().between(0, 0xffff_ffffL).map(Values::number)));
    }

    /** Lengths of addresses. */
    static Arbitrary<JsonElement> addressLengths() {
        return oneOf(12, 0, 1, 2, 8, 11, 13, 16, 128, 129, 4_294_967_295L);
    }

    static Arbitrary<JsonElement> families() {
        return oneOf("AF_NETLINK", "AF_UNSPEC", "AF_UNIX", "AF_INET", 17, 65_535);
    }

    /** Some of {@code names}, as an array; {@code base} in most. */
    static Arbitrary<JsonElement> flags(String base, int usual, List<String> names) {
        JsonArray only = new JsonArray();
        only.add(base);
        Arbitrary<JsonElement> plain = Arbitraries.just(only);
        Arbitrary<JsonElement> more =
                Combinators.combine(
                                Arbitraries.integers().between(0, 9),
                                Arbitraries.of(names),
                                Arbitraries.of(names))
                        .as((how, first, second) -> {
                            JsonArray array = new JsonArray();
                            if (how != 0) {
                                array.add(base);
                            }
                            if (how > 1) {
                                array.add(first);
                            }
                            if (how > 7 && !first.equals(second)) {
                                array.add(second);
                            }
                            return array;
                        });
        return Arbitraries.frequencyOf(Tuple.of(usual, plain), Tuple.of(1, more));
    }

    /** Whole netlink messages, and bytes that are none. */
    static Arbitrary<JsonElement> messages() {
        Arbitrary<Integer> lengths =
                Arbitraries.frequencyOf(
                        Tuple.of(60, Arbitraries.of(20, 16, 36, 17, 40)),
                        Tuple.of(20, Arbitraries.integers().between(1, 3_000)),
                        Tuple.of(6, Arbitraries.integers().between(3_000, 20_000)),
                        Tuple.of(2, Arbitraries.of(704, 705, 256, 257, 1728, 1729, 3776, 3777)),
                        Tuple.of(1, Arbitraries.integers().between(20_000, 300_000)),
                        Tuple.of(2, Arbitraries.just(0)));
        return Combinators.combine(lengths, Arbitraries.integers().between(0, 255))
                .as((length, seq) -> new JsonPrimitive(message(length, seq)));
    }

    private static String message(int length, int seq) {
        if (length < NLMSGHDR_BYTES) {
            return HexText.format(filled(length, (byte) seq));
        }
        byte[] bytes = filled(length, (byte) 0xab);
        for (int i = 0; i < NLMSGHDR_BYTES; i++) {
            bytes[i] = 0;
        }
        bytes[0] = (byte) length;
        bytes[1] = (byte) (length >> 8);
        bytes[2] = (byte) (length >> 16);
        bytes[4] = NLMSGHDR_BYTES;
        bytes[8] = (byte) seq;
        return HexText.format(bytes);
    }

    private static byte[] filled(int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }

    /** What a sender may say besides: most often its own credentials, or those of another. */
    static Arbitrary<JsonElement> controlMessages() {
        Arbitrary<JsonObject> creds =
                object(
                        field(
                                "creds",
                                object(
                                                field("pid", oneOf("$tgid", 1, 0, 4_194_305, -1)),
                                                field("uid", oneOf(0, 65_534, 1, 4_294_967_295L)),
                                                field("gid", oneOf(0, 65_534, 1, 4_294_967_295L)))
                                        .map(members -> members)));
        Arbitrary<JsonObject> own =
                object(
                        field(
                                "creds",
                                object(
                                                field("pid", oneOf("$tgid")),
                                                field("uid", oneOf(0, 65_534)),
                                                field("gid", oneOf(0, 65_534)))
                                        .map(members -> members)));
        Arbitrary<JsonObject> others =
                object(
                        field("level", oneOf(1, 0, 270, -1)),
                        field("type", oneOf(1, 2, 3, 4, 0, -1)),
                        field(
                                "data",
                                oneOf(
                                        "",
                                        "00",
                                        "00000000",
                                        "0000000000000000",
                                        "000000000000000000000000",
                                        "00000000000000000000000000")));
        return Combinators.combine(
                        Arbitraries.frequencyOf(
                                Tuple.of(3, own), Tuple.of(3, creds), Tuple.of(2, others)),
                        Arbitraries.frequencyOf(
                                Tuple.of(6, Arbitraries.just(new JsonObject())),
                                Tuple.of(1, creds),
                                Tuple.of(1, others)))
                .as((first, second) -> {
                    JsonArray array = new JsonArray();
                    array.add(first);
                    if (!second.isEmpty()) {
                        array.add(second);
                    }
                    return array;
                });
    }

    /** Messages to the connector: requests for process events, and others. */
    static Arbitrary<JsonElement> connectorMessages() {
        Arbitrary<Integer> operations =
                Arbitraries.frequencyOf(
                        Tuple.of(5, Arbitraries.just(1)),
                        Tuple.of(5, Arbitraries.just(2)),
                        Tuple.of(1, Arbitraries.of(0, 3, 8, 99, -1)));
        Arbitrary<Integer> filters =
                Arbitraries.frequencyOf(
                        Tuple.of(8, Arbitraries.just(-2)),
                        Tuple.of(2, Arbitraries.of(0, 1, 2, 4, 8, 0x200, -1, 0x40000000)));
        Arbitrary<Integer> ids =
                Arbitraries.frequencyOf(
                        Tuple.of(20, Arbitraries.just(0)), Tuple.of(1, Arbitraries.of(1, 2)));
        Arbitrary<Integer> cuts =
                Arbitraries.frequencyOf(
                        Tuple.of(25, Arbitraries.just(0)),
                        Tuple.of(1, Arbitraries.integers().between(1, 40)));
        Arbitrary<Integer> acks = Arbitraries.of(0, 1, 7, -1);
        return Combinators.combine(operations, filters, ids, cuts, acks)
                .as((operation, filter, id, cut, ack) ->
                        new JsonPrimitive(control(operation, filter, id, cut, ack)));
    }

    private static String control(int operation, int filter, int id, int cut, int ack) {
        boolean filtered = filter != -2;
        int payload = filtered ? 8 : 4;
        byte[] bytes = new byte[36 + payload];
        put(bytes, 0, bytes.length);
        put(bytes, 4, 3);
        put(bytes, 16, id == 1 ? 77 : 1);
        put(bytes, 20, id == 2 ? 78 : 1);
        put(bytes, 24, 5);
        put(bytes, 28, ack);
        put(bytes, 32, payload);
        put(bytes, 36, operation);
        if (filtered) {
            put(bytes, 40, filter);
        }
        return HexText.format(Arrays.copyOf(bytes, Math.max(1, bytes.length - cut)));
    }

    private static void put(byte[] bytes, int at, int value) {
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[at + i] = (byte) (value >> (i * Byte.SIZE));
        }
    }
}
