package org.vkernel.connector.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.abi.ProcEventType;
import org.vkernel.connector.abi.ProcInputLayout;
import org.vkernel.connector.wire.ProcEvent.Stamp;
import org.vkernel.connector.wire.ProcEvent.TaskId;
import org.vkernel.netlink.wire.ByteSlice;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.netlink.wire.WireException;

class ProcEventTest {
    private static final CbId PROC = CbId.of(ConnectorId.CN_IDX_PROC, ConnectorId.CN_VAL_PROC);
    private static final TaskId TASK = new TaskId(6881, 6881);
    private static final TaskId CHILD = new TaskId(6883, 6883);
    private static final String HEADER =
            "4c000000030000002a00000000000000" + "01000000010000002a000000";

    /** Received on Linux 6.18.44, with sequence number 42 for the one of that moment. */
    private static final String ACK =
            HEADER
                    + "0a00000028000000"
                    + "00000000000000002646a32c61020000"
                    + "000000000000000000000000000000000000000000000000";

    private static final String COMM =
            HEADER
                    + "0000000028000000"
                    + "0002000000000000a5eaad2c61020000"
                    + "e11a0000e11a00006e6c732d746573740000000000000000";
    private static final String FORK =
            HEADER
                    + "0000000028000000"
                    + "010000000000000023c4f92c61020000"
                    + "e11a0000e11a0000e31a0000e31a00000000000000000000";
    private static final String EXIT =
            HEADER
                    + "0000000028000000"
                    + "0000008001000000a345122d61020000"
                    + "e31a0000e31a00000003000011000000e11a0000e11a0000";

    private static Stamp stamp(int cpu, long timestampNs) {
        return new Stamp(cpu, timestampNs);
    }

    private static void assertSame(String recorded, ProcEvent event, int ack) {
        byte[] bytes = HexFormat.of().parseHex(recorded);
        CnMsg message = CnMsg.parse(NlMsg.parse(bytes));
        assertEquals(event, ProcEvent.parse(message));
        assertEquals(ack, message.ack());
        CnMsg built = CnMsg.builder(PROC).seq(42).ack(ack).data(event.toByteArray()).build();
        assertArrayEquals(bytes, built.toNlMsg(0).toByteArray());
    }

    @Test
    void parseAndBuild_recordedEvents_agreeBothWays() {
        assertSame(ACK, new ProcEvent.Ack(stamp(0, 0x2612ca34626L), 0), 10);
        assertSame(COMM, new ProcEvent.Comm(stamp(0, 0x2612cadeaa5L), TASK, "nls-test"), 0);
        assertSame(FORK, new ProcEvent.Fork(stamp(0, 0x2612cf9c423L), TASK, CHILD), 0);
        assertSame(EXIT, new ProcEvent.Exit(stamp(1, 0x2612d1245a3L), CHILD, 0x300, 17, TASK), 0);
    }

    @Test
    void parse_truncatedAtEveryByte_isRefused() {
        byte[] bytes = new ProcEvent.Sid(stamp(1, 2), TASK).toByteArray();
        assertEquals(40, bytes.length);
        for (int length = 0; length < bytes.length; length++) {
            ByteSlice cut = ByteSlice.of(Arrays.copyOf(bytes, length));
            assertThrows(WireException.class, () -> ProcEvent.parse(cut));
        }
    }

    @Test
    void comm_longerThan15Bytes_isCutAndEndsWithNul() {
        ProcEvent event = new ProcEvent.Comm(stamp(0, 0), TASK, "sixteen-bytes-xy");
        assertEquals(
                new ProcEvent.Comm(stamp(0, 0), TASK, "sixteen-bytes-x"),
                ProcEvent.parse(ByteSlice.of(event.toByteArray())));
    }

    @Test
    void what_kinds_areDistinctBitsAndAllIsTheirSum() {
        ByteSlice data = ByteSlice.of(new byte[24]);
        List<ProcEvent> events =
                List.of(
                        new ProcEvent.Ack(stamp(0, 0), 0),
                        new ProcEvent.Fork(stamp(0, 0), TASK, TASK),
                        new ProcEvent.Exec(stamp(0, 0), TASK),
                        new ProcEvent.Uid(stamp(0, 0), TASK, 0, 0),
                        new ProcEvent.Gid(stamp(0, 0), TASK, 0, 0),
                        new ProcEvent.Sid(stamp(0, 0), TASK),
                        new ProcEvent.Ptrace(stamp(0, 0), TASK, TASK),
                        new ProcEvent.Comm(stamp(0, 0), TASK, ""),
                        new ProcEvent.Coredump(stamp(0, 0), TASK, TASK),
                        new ProcEvent.Exit(stamp(0, 0), TASK, 0, 0, TASK),
                        new ProcEvent.Unknown(
                                stamp(0, 0), ProcEventType.PROC_EVENT_NONZERO_EXIT, data));
        int all = 0;
        for (ProcEvent event : events) {
            assertEquals(0, all & event.what(), event::toString);
            all |= event.what();
        }
        assertEquals(0xe00003c7, all);
        assertEquals(ProcEventType.PROC_EVENT_ALL, all);
    }

    @Property
    void build_anyEvent_parsesBack(@ForAll("events") ProcEvent event) {
        assertEquals(event, ProcEvent.parse(ByteSlice.of(event.toByteArray())));
    }

    @Provide
    Arbitrary<ProcEvent> events() {
        Arbitrary<Integer> ints = Arbitraries.integers();
        Arbitrary<TaskId> tasks = Combinators.combine(ints, ints).as(TaskId::new);
        Arbitrary<Stamp> stamps = Combinators.combine(ints, Arbitraries.longs()).as(Stamp::new);
        Arbitrary<String> names = Arbitraries.strings().withCharRange('!', '~').ofMaxLength(15);
        Arbitrary<ByteSlice> data =
                Arbitraries.bytes().array(byte[].class).ofSize(24).map(ByteSlice::of);
        return Arbitraries.oneOf(
                List.of(
                        Combinators.combine(stamps, ints).as(ProcEvent.Ack::new),
                        Combinators.combine(stamps, tasks, tasks).as(ProcEvent.Fork::new),
                        Combinators.combine(stamps, tasks).as(ProcEvent.Exec::new),
                        Combinators.combine(stamps, tasks, ints, ints).as(ProcEvent.Uid::new),
                        Combinators.combine(stamps, tasks, ints, ints).as(ProcEvent.Gid::new),
                        Combinators.combine(stamps, tasks).as(ProcEvent.Sid::new),
                        Combinators.combine(stamps, tasks, tasks).as(ProcEvent.Ptrace::new),
                        Combinators.combine(stamps, tasks, names).as(ProcEvent.Comm::new),
                        Combinators.combine(stamps, tasks, tasks).as(ProcEvent.Coredump::new),
                        Combinators.combine(stamps, tasks, ints, ints, tasks)
                                .as(ProcEvent.Exit::new),
                        Combinators.combine(stamps, Arbitraries.of(8, 0x10000, 3), data)
                                .as(ProcEvent.Unknown::new)));
    }

    @Test
    void input_withAndWithoutFilter_isFourOrEightBytes() {
        assertEquals("01000000", HexFormat.of().formatHex(ProcInput.listen().toByteArray()));
        assertEquals("02000000", HexFormat.of().formatHex(ProcInput.ignore().toByteArray()));
        assertEquals(
                "01000000c70300e0",
                HexFormat.of()
                        .formatHex(ProcInput.listen(ProcEventType.PROC_EVENT_ALL).toByteArray()));
        for (ProcInput input :
                List.of(ProcInput.listen(), ProcInput.ignore(), ProcInput.listen(-1))) {
            assertEquals(input, ProcInput.parse(ByteSlice.of(input.toByteArray())));
        }
        assertEquals(ProcInputLayout.PROC_CN_MCAST_LISTEN, ProcInput.listen(0).mcastOp());
        for (int length = 0; length < 12; length++) {
            if (length != 4 && length != 8) {
                ByteSlice data = ByteSlice.of(new byte[length]);
                assertThrows(WireException.class, () -> ProcInput.parse(data));
            }
        }
    }
}
