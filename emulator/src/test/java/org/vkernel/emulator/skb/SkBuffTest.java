package org.vkernel.emulator.skb;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.mm.GfpMask;
import org.vkernel.emulator.testing.SlabFaults;

class SkBuffTest {
    /** Runs {@code body} in a kernel on each machine; closing it checks that nothing is left. */
    private static void inKernel(Consumer<SkBuffs> body) {
        for (KernelConfig config :
                new KernelConfig[] {KernelConfig.simulated(1), KernelConfig.parallel()}) {
            try (VirtualKernel kernel = VirtualKernel.boot(config)) {
                kernel.run(() -> body.accept(kernel.skbs()));
                assertEquals(0, kernel.skbs().live());
            }
        }
    }

    private static void assertReported(String rule, String detail, Consumer<SkBuffs> body) {
        VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1));
        assertThrows(
                KernelFailedException.class, () -> kernel.run(() -> body.accept(kernel.skbs())));
        assertEquals(rule, kernel.reports().getFirst().rule());
        String report = String.join("\n", kernel.reports().getFirst().lines());
        assertTrue(report.contains(detail), report);
        kernel.shutdown();
    }

    private static SkBuff alloc(SkBuffs skbs, int size) {
        return requireNonNull(skbs.alloc(size, GfpMask.KERNEL));
    }

    private static @Nullable SkBuff allocForSend(SkBuffs skbs, int size, boolean broadcast) {
        return skbs.allocForSend(skbs.sched.current(), size, broadcast);
    }

    private static byte[] bytes(SkBuff skb) {
        return Arrays.copyOfRange(skb.head(), skb.data(), skb.data() + skb.len());
    }

    @Test
    void putPushPullTrim_moveTheEndsAsLinuxDoes() {
        inKernel(skbs -> {
            SkBuff skb = alloc(skbs, 100);
            skb.reserve(16);
            assertEquals(16, skb.headroom());
            skb.putData(new byte[] {1, 2, 3, 4, 5}, 1, 4);
            assertEquals(4, skb.len());
            assertEquals(12, skb.push(4));
            assertEquals(8, skb.len());
            assertEquals(16, skb.pull(4));
            assertEquals(-1, skb.pull(5));
            assertArrayEquals(new byte[] {2, 3, 4, 5}, bytes(skb));
            skb.trim(9);
            assertEquals(4, skb.len());
            skb.trim(1);
            assertArrayEquals(new byte[] {2}, bytes(skb));
            skb.putZero(2);
            assertArrayEquals(new byte[] {2, 0, 0}, bytes(skb));
            skb.consume();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 256, 257, 704, 705, 3776, 3777, 16_065, 100_000})
    void alloc_roomToTheEndOfTheObject_isUsableAndNoMore(int size) {
        inKernel(skbs -> {
            SkBuff skb = alloc(skbs, size);
            assertEquals(SkBuffSizes.allocTruesize(Profile.V6_18, size), skb.truesize());
            int room = skb.tailroom();
            assertEquals(skb.truesize() - 576, room);
            skb.put(room);
            assertEquals(room, skb.len());
            assertEquals(0, skb.tailroom());
            skb.consume();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3776, 3777, 70_000})
    void allocForSend_unicast_largeOnesAreChargedWhatTheyNeed(int size) {
        inKernel(skbs -> {
            for (boolean broadcast : new boolean[] {false, true}) {
                SkBuff skb = requireNonNull(allocForSend(skbs, size, broadcast));
                assertEquals(
                        SkBuffSizes.sendTruesize(Profile.V6_18, size, broadcast), skb.truesize());
                skb.put(size);
                skb.consume();
            }
        });
    }

    @Test
    void put_pastTheEnd_isReported() {
        assertReported("skb_over_panic", "put of 257", skbs -> alloc(skbs, 256).put(257));
    }

    @Test
    void push_withoutHeadroom_isReported() {
        assertReported("skb_under_panic", "push of 1", skbs -> alloc(skbs, 256).push(1));
    }

    @Test
    void freedTwice_isReportedWithThePlaceOfTheFirst() {
        assertReported(
                "double free of an sk_buff",
                "Freed by task init[1] on CPU 0:\n SkBuff.release(",
                skbs -> {
                    SkBuff skb = alloc(skbs, 1);
                    skb.consume();
                    skb.consume();
                });
    }

    @Test
    void usedAfterFree_isReportedWithThePlaceOfTheFree() {
        assertReported(
                "use after free of an sk_buff",
                "Freed by task init[1] on CPU 0:\n SkBuff.release(",
                skbs -> {
                    SkBuff skb = alloc(skbs, 1);
                    skb.free("TEST");
                    skb.len();
                });
    }

    @Test
    void data_checkedRun_isPoisonedBeforeUseAndAfterFree() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.run(() -> {
                SkBuff skb = alloc(kernel.skbs(), 8);
                skb.put(20);
                assertEquals(0x5a, skb.head()[0]);
                assertEquals(0x5a, skb.head()[19]);
                byte[] stale = skb.head();
                skb.consume();
                assertEquals(0x6b, stale[0]);
            });
        }
    }

    @Test
    void get_twoHolders_theLastOneFrees() {
        inKernel(skbs -> {
            SkBuff skb = alloc(skbs, 1);
            assertFalse(skb.isShared());
            assertSame(skb, skb.get());
            assertTrue(skb.isShared());
            skb.consume();
            assertFalse(skb.isShared());
            assertEquals(1, skbs.live());
            skb.consume();
        });
    }

    @Test
    void clone_sharesTheBytes_andTheLastOneFreesThem() {
        inKernel(skbs -> {
            SkBuff skb = alloc(skbs, 16);
            skb.putData(new byte[] {7, 8, 9}, 0, 3);
            skb.setPortid(42);
            skb.setDstGroup(3);
            skb.setCreds(1, 2, 3);
            SkBuff clone = requireNonNull(skb.clone(GfpMask.ATOMIC));
            assertTrue(skb.isCloned());
            assertTrue(clone.isCloned());
            assertSame(skb.head(), clone.head());
            assertEquals(skb.truesize(), clone.truesize());
            assertEquals(42, clone.portid());
            assertEquals(3, clone.dstGroup());
            assertEquals(2, clone.credsUid());
            skb.consume();
            assertFalse(clone.isCloned());
            assertArrayEquals(new byte[] {7, 8, 9}, bytes(clone));
            clone.consume();
        });
    }

    @Test
    void copy_hasBytesOfItsOwn() {
        inKernel(skbs -> {
            SkBuff skb = alloc(skbs, 16);
            skb.reserve(4);
            skb.putData(new byte[] {7, 8, 9}, 0, 3);
            SkBuff copy = requireNonNull(skb.copy(GfpMask.KERNEL));
            assertNotSame(skb.head(), copy.head());
            assertEquals(4, copy.headroom());
            skb.head()[4] = 0;
            assertArrayEquals(new byte[] {7, 8, 9}, bytes(copy));
            skb.consume();
            copy.consume();
        });
    }

    @Test
    void shareCheck_shared_givesACloneForTheReference() {
        inKernel(skbs -> {
            SkBuff skb = alloc(skbs, 16);
            assertSame(skb, skb.shareCheck(GfpMask.ATOMIC));
            skb.get();
            SkBuff clone = requireNonNull(skb.shareCheck(GfpMask.ATOMIC));
            assertNotSame(skb, clone);
            assertEquals(1, skb.users());
            skb.consume();
            clone.consume();
        });
    }

    @Test
    void expandHead_movesTheMessageAndTheCharge() {
        inKernel(skbs -> {
            SkBuff skb = alloc(skbs, 1000);
            skb.putData(new byte[] {7, 8, 9}, 0, 3);
            assertTrue(skb.expandHead(10, -skb.tailroom(), GfpMask.ATOMIC));
            assertEquals(10, skb.headroom());
            assertArrayEquals(new byte[] {7, 8, 9}, bytes(skb));
            assertEquals(832, skb.truesize());
            skb.consume();
        });
    }

    @Test
    void expandHead_cloned_leavesTheOtherItsBytes() {
        inKernel(skbs -> {
            SkBuff skb = alloc(skbs, 16);
            skb.putData(new byte[] {7, 8, 9}, 0, 3);
            SkBuff clone = requireNonNull(skb.clone(GfpMask.KERNEL));
            assertTrue(skb.expandHead(0, 5000, GfpMask.KERNEL));
            assertFalse(skb.isCloned());
            skb.head()[0] = 1;
            assertArrayEquals(new byte[] {7, 8, 9}, bytes(clone));
            skb.consume();
            clone.consume();
        });
    }

    @Test
    void alloc_eachPartFails_givesNullAndLeaksNothing() {
        for (int failing = 1; failing <= 2; failing++) {
            try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
                int fail = failing;
                kernel.run(() -> {
                    SkBuff skb = alloc(kernel.skbs(), 16);
                    int[] asked = {0};
                    kernel.mm()
                            .setFaults(SlabFaults.when((cache, bytes, gfp) -> ++asked[0] == fail));
                    assertNull(kernel.skbs().alloc(16, GfpMask.ATOMIC));
                    kernel.mm().setFaults(SlabFaults.when((cache, bytes, gfp) -> true));
                    assertNull(skb.clone(GfpMask.ATOMIC));
                    assertFalse(skb.expandHead(0, 1000, GfpMask.ATOMIC));
                    skb.get();
                    assertNull(skb.shareCheck(GfpMask.ATOMIC));
                    skb.consume();
                });
            }
        }
    }

    @Test
    void allocForSend_noContiguousMemory_fallsBackToVirtual() {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1))) {
            kernel.mm()
                    .setFaults(SlabFaults.when((cache, bytes, gfp) -> cache.startsWith("kmalloc")));
            kernel.run(() -> {
                SkBuff skb = requireNonNull(allocForSend(kernel.skbs(), 5000, false));
                assertTrue(skb.isVirtual());
                skb.consume();
                kernel.mm()
                        .setFaults(
                                SlabFaults.when((cache, bytes, gfp) -> cache.startsWith("skbuff")));
                assertNull(allocForSend(kernel.skbs(), 5000, false));
            });
        }
    }

    @Test
    void owner_freedOrOrphaned_isSettledOnce() {
        inKernel(skbs -> {
            SkBuffOwner owner = new SkBuffOwner() {};
            int[] settled = {0};
            SkBuff skb = alloc(skbs, 16);
            skb.setOwner(owner, freed -> settled[0] += freed.truesize());
            SkBuff clone = requireNonNull(skb.clone(GfpMask.KERNEL));
            assertNull(clone.sk());
            skb.orphan();
            assertNull(skb.sk());
            assertEquals(832, settled[0]);
            skb.setOwner(owner, freed -> settled[0]++);
            skb.consume();
            clone.consume();
            assertEquals(833, settled[0]);
        });
    }

    @Test
    void setOwner_owned_isReported() {
        assertReported(
                "an owned sk_buff gets another owner",
                "sk_buff",
                skbs -> {
                    SkBuff skb = alloc(skbs, 16);
                    skb.setOwner(new SkBuffOwner() {}, freed -> {});
                    skb.setOwner(new SkBuffOwner() {}, freed -> {});
                });
    }

    /** Two billion references are too many to take in a test: the count is set to have them. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void get_beyondTheGreatestCount_sticksAndIsNeverFreed(boolean simulated) throws Throwable {
        VarHandle users =
                MethodHandles.privateLookupIn(SkBuff.class, MethodHandles.lookup())
                        .findVarHandle(SkBuff.class, "users", int.class);
        KernelConfig config = simulated ? KernelConfig.simulated(1) : KernelConfig.parallel();
        VirtualKernel kernel = VirtualKernel.boot(config.keepGoing(true));
        kernel.run(() -> {
            SkBuff skb = alloc(kernel.skbs(), 16);
            users.set(skb, Integer.MAX_VALUE - 1);
            for (int i = 0; i < 4; i++) {
                assertSame(skb, skb.get());
            }
            assertTrue(skb.isShared());
            for (int i = 0; i < 9; i++) {
                skb.consume();
            }
            assertEquals(0, skb.len());
            assertEquals(1, kernel.skbs().live());
        });
        assertEquals(
                List.of("refcount_t: saturated; leaking memory"),
                kernel.reports().stream().map(BugReport::rule).toList());
        kernel.powerOff();
        kernel.shutdown();
    }
}
