package org.vkernel.testmodules.cntest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a real Linux printed in two runs of {@code cn_test}, and what of it can be compared.
 *
 * <p>Left out are rows of protocols that this kernel does not have, the lines of the shell and of
 * the shutdown, the taint line, and the record's own headings; masked by {@code *} are addresses,
 * inodes, process ids, dates, jiffies, and the log's times and numbers. Rows of one protocol may
 * stand in any order.
 */
final class CnTestRecord {
    private static final String TAINT = "cn_test: loading out-of-tree module taints kernel.";

    /** The columns of a row of /proc/net/netlink: address, protocol, port id, the rest, inode. */
    private static final Pattern ROW =
            Pattern.compile("[0-9a-f]{16} (\\d{1,3} *) (.{10}) (.{43}) .*");

    private static final List<Mask> MASKS =
            List.of(
                    new Mask("pid \\d+\\)", "pid *)"),
                    new Mask("this process \\(\\d+\\)", "this process (*)"),
                    new Mask("^\\w{3} \\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4} : ", "* : "),
                    new Mask("cn_test_callback: \\d+:", "cn_test_callback: *:"),
                    new Mask("^(\\d),\\d+,\\d+,-;", "$1,*,*,-;"),
                    new Mask("^t=\\d+\\.\\d\\d ", "t=* "));

    private record Mask(String pattern, String replacement) {}

    private static final Pattern TIME = Pattern.compile("^t=(\\d+)\\.(\\d\\d) ");

    private final List<String> lines;

    private CnTestRecord(List<String> lines) {
        this.lines = lines;
    }

    /** The record of Linux. */
    static CnTestRecord ofLinux() {
        try (InputStream in = CnTestRecord.class.getResourceAsStream("cn_test-run.txt")) {
            if (in == null) {
                throw new IllegalStateException("the record is not on the class path");
            }
            return of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A transcript in the record's form. */
    static CnTestRecord of(String text) {
        return new CnTestRecord(text.lines().toList());
    }

    /** When the timer's messages came, in hundredths of seconds after the module was loaded. */
    List<Integer> times() {
        List<Integer> times = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = TIME.matcher(line);
            if (matcher.find()) {
                times.add(
                        Integer.parseInt(matcher.group(1)) * 100
                                + Integer.parseInt(matcher.group(2)));
            }
        }
        return times;
    }

    /** The lines to be compared, masked. */
    List<String> comparable() {
        List<String> kept = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        boolean shell = false;
        for (String line : lines) {
            if (line.startsWith("### ")) {
                shell = line.startsWith("### uname") || line.startsWith("### sysctl");
            }
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                if (isOfThisKernel(row)) {
                    rows.add(masked(row));
                }
                continue;
            }
            Collections.sort(rows);
            kept.addAll(rows);
            rows.clear();
            if (!shell && !isLeftOut(line)) {
                kept.add(masked(line));
            }
        }
        kept.addAll(rows);
        return kept;
    }

    private static boolean isLeftOut(String line) {
        return line.startsWith("# ")
                || line.startsWith("insmod:")
                || line.startsWith("reboot:")
                || line.equals(TAINT);
    }

    private static boolean isOfThisKernel(Matcher row) {
        int protocol = Integer.parseInt(row.group(1).strip());
        return protocol == 2 || protocol == 11; // NETLINK_USERSOCK, NETLINK_CONNECTOR
    }

    private static String masked(Matcher row) {
        String portid = row.group(2).strip();
        return "* " + row.group(1) + (portid.equals("0") ? " 0 " : " * ") + row.group(3) + " *";
    }

    private static String masked(String line) {
        String masked = line;
        for (Mask mask : MASKS) {
            masked = masked.replaceAll(mask.pattern, mask.replacement);
        }
        return masked;
    }
}
