package org.vkernel.emulator.explore;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import com.google.common.io.BaseEncoding;
import com.google.common.io.ByteArrayDataInput;
import com.google.common.io.ByteArrayDataOutput;
import com.google.common.io.ByteStreams;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One run, as a short text of letters, digits, {@code -} and {@code _}: what to run, and its
 * schedule or what that was drawn from.
 *
 * @param program what was run, in the words of whoever made the token
 * @param strategy the strategy's name; with a schedule, {@link ReplaySchedule#NAME}
 * @param seed what the machine's chance, and the strategy's, are drawn from
 * @param schedule the answers; null if the strategy draws them from the seed
 * @param check the run's fingerprint, or the beginning of it: a run that has another was not made
 *     by the same program
 */
public record ReplayToken(
        String program, String strategy, long seed, @Nullable SparseSchedule schedule, int check) {
    private static final int VERSION = 1;
    private static final int SUM_BYTES = 2;
    private static final BaseEncoding TEXT = BaseEncoding.base64Url().omitPadding();

    /** What a fingerprint leaves in a token. */
    public static int checkOf(String fingerprint) {
        return (int) Long.parseUnsignedLong(fingerprint.substring(0, 8), 16);
    }

    @Override
    public String toString() {
        ByteArrayDataOutput out = ByteStreams.newDataOutput();
        out.writeByte(VERSION);
        out.writeInt(check);
        putText(out, program);
        putText(out, strategy);
        putNumber(out, seed << 1 ^ seed >> 63);
        if (schedule != null) {
            int last = 0;
            for (SparseSchedule.Deviation deviation : schedule.deviations()) {
                putNumber(out, deviation.question() - last);
                putNumber(out, deviation.answer());
                last = deviation.question();
            }
        }
        byte[] body = out.toByteArray();
        byte[] all = Arrays.copyOf(body, body.length + SUM_BYTES);
        System.arraycopy(sum(body), 0, all, body.length, SUM_BYTES);
        return TEXT.encode(all);
    }

    /**
     * Reads a token.
     *
     * @throws IllegalArgumentException saying in one line what is wrong with it
     */
    public static ReplayToken parse(String text) {
        byte[] all;
        try {
            all = TEXT.decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "not a token: expected letters, digits, '-' and '_', as a failure prints them",
                    e);
        }
        int length = all.length - SUM_BYTES;
        if (length <= 0
                || !Arrays.equals(
                        all, length, all.length, sum(Arrays.copyOf(all, length)), 0, SUM_BYTES)) {
            throw new IllegalArgumentException(
                    "a damaged token: expected all of what a failure printed");
        }
        ByteArrayDataInput in = ByteStreams.newDataInput(Arrays.copyOf(all, length));
        int version = in.readByte();
        if (version != VERSION) {
            throw new IllegalArgumentException(
                    "a token of another version of vkernel (" + version + "): expected " + VERSION);
        }
        try {
            return read(in, length);
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException("a damaged token: it ends too early", e);
        }
    }

    private static ReplayToken read(ByteArrayDataInput in, int length) {
        int check = in.readInt();
        String program = text(in, length);
        String strategy = text(in, length);
        long zigzag = number(in);
        long seed = zigzag >>> 1 ^ -(zigzag & 1);
        return new ReplayToken(
                program,
                strategy,
                seed,
                strategy.equals(ReplaySchedule.NAME) ? schedule(in) : null,
                check);
    }

    private static SparseSchedule schedule(ByteArrayDataInput in) {
        ImmutableList.Builder<SparseSchedule.Deviation> deviations = ImmutableList.builder();
        int question = 0;
        for (; ; ) {
            long gap;
            try {
                gap = number(in);
            } catch (IllegalStateException end) {
                return new SparseSchedule(deviations.build());
            }
            question += (int) gap;
            deviations.add(new SparseSchedule.Deviation(question, (int) number(in)));
        }
    }

    private static byte[] sum(byte[] body) {
        return Arrays.copyOf(Hashing.crc32c().hashBytes(body).asBytes(), SUM_BYTES);
    }

    private static void putText(ByteArrayDataOutput out, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        putNumber(out, bytes.length);
        out.write(bytes);
    }

    private static String text(ByteArrayDataInput in, int most) {
        long length = number(in);
        if (length < 0 || length > most) {
            throw new IllegalStateException("a text of " + length + " bytes");
        }
        byte[] bytes = new byte[(int) length];
        in.readFully(bytes);
        return new String(bytes, UTF_8);
    }

    /** Seven bits a byte, the lowest first; the highest bit says that more follow. */
    private static void putNumber(ByteArrayDataOutput out, long number) {
        long rest = number;
        while ((rest & ~0x7FL) != 0) {
            out.writeByte((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    private static long number(ByteArrayDataInput in) {
        long number = 0;
        for (int shift = 0; ; shift += 7) {
            int bits = in.readByte();
            number |= (bits & 0x7FL) << shift;
            if (bits >= 0 || shift > 63) {
                return number;
            }
        }
    }
}
