package org.vkernel.testmodules.cntest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.FormatMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.module.KernelModule;
import org.vkernel.emulator.printk.LogRecord;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.abi.NetlinkProtocol;
import org.vkernel.netlink.abi.SocketType;
import org.vkernel.netlink.user.NetlinkSocket;
import org.vkernel.netlink.user.ReceivedMessage;
import org.vkernel.netlink.wire.NetlinkAddress;
import org.vkernel.netlink.wire.NlMsg;
import org.vkernel.testmodules.ucon.Ucon;

/**
 * Takes the very steps of a record of Linux 6.1, and compares what both kernels print.
 *
 * <p>The record holds two runs: one in which a process reads the timer's messages and sends three
 * of its own, and one in which a shell loads the module, starts {@code ucon} and reads the log. The
 * transcript is written in the record's form, so that {@link CnTestRecord} masks both alike.
 */
class CnTestRecordTest {
    private static final String CALLBACK = "cn_test: cn_test_callback:";

    /** The timer wheel rounds 101 jiffies up to a multiple of 8. */
    private static final int FIRST_PERIOD_SLACK = 7;

    private final StringBuilder transcript = new StringBuilder();
    private final List<String> output = new ArrayList<>();

    @FormatMethod
    private void line(String format, Object... args) {
        transcript.append(String.format(format, args)).append('\n');
    }

    private void lines(List<String> all) {
        all.forEach(each -> line("%s", each));
    }

    /** The machine that the record was made on; the connector is built in there. */
    private VirtualKernel boot() {
        VirtualKernel kernel =
                VirtualKernel.boot(
                        KernelConfig.simulated(1)
                                .profile(Profile.V6_1)
                                .cpus(1)
                                .output(output::add));
        kernel.insmod(ConnectorModule.class);
        return kernel;
    }

    private static int insmod(VirtualKernel kernel, Class<? extends KernelModule> type) {
        return -kernel.call(() -> kernel.modules().insmod(type, Map.of()));
    }

    private static int rmmod(VirtualKernel kernel) {
        return -kernel.call(() -> kernel.modules().rmmod("cn_test"));
    }

    private void cat(VirtualKernel kernel, String path) {
        transcript.append(kernel.readProc(path));
    }

    /** The log from the module's first line on. */
    private static List<LogRecord> log(VirtualKernel kernel) {
        return kernel.printk().records().stream()
                .dropWhile(entry -> !entry.text().startsWith("cn_test:"))
                .toList();
    }

    @Test
    void bothRuns_printWhatLinuxPrinted() {
        readTheTimersMessages();
        line("");
        driveFromAShell();

        CnTestRecord linux = CnTestRecord.ofLinux();
        CnTestRecord here = CnTestRecord.of(transcript.toString());
        assertEquals(String.join("\n", linux.comparable()), String.join("\n", here.comparable()));
        compareTimes(linux.times(), here.times());
    }

    /** All periods are equal, but for the first, which depends on when the module was loaded. */
    private static void compareTimes(List<Integer> linux, List<Integer> here) {
        assertEquals(linux.size(), here.size());
        int shift = here.getFirst() - linux.getFirst();
        assertTrue(Math.abs(shift) <= FIRST_PERIOD_SLACK, () -> "first message at " + here);
        assertEquals(linux.stream().map(time -> time + shift).toList(), here);
    }

    // ---- The run that reads the messages
    // ---------------------------------------------------------

    private void readTheTimersMessages() {
        try (VirtualKernel kernel = boot()) {
            long begin = kernel.clock().ns();
            int result = insmod(kernel, CnTest.class);
            try (var socket = open(kernel)) {
                socket.bind(NetlinkSocket.AUTO, NetlinkSocket.groups(14));
                line(
                        "insmod cn_test -> %d; a socket of this process (%d) is bound to group 14"
                                + " only",
                        result, socket.getsockname().pid());
                line("$ cat /proc/net/connector");
                cat(kernel, "/proc/net/connector");
                for (int i = 0; i < 12; i++) {
                    ReceivedMessage message = socket.recvmsg(4096, 0);
                    describe(message, kernel.clock().ns() - begin);
                }
                line("$ cat /proc/net/netlink");
                cat(kernel, "/proc/net/netlink");
                for (int i = 0; i < 3; i++) {
                    send(socket, i);
                }
            }
            line("rmmod cn_test -> %d", rmmod(kernel));
            line("$ cat /proc/net/connector");
            cat(kernel, "/proc/net/connector");
            line("kmsg:");
            lines(log(kernel).stream().map(LogRecord::toKmsg).toList());
        }
    }

    private static NetlinkSocket open(VirtualKernel kernel) {
        return NetlinkSocket.open(
                kernel.init(), SocketType.SOCK_DGRAM, NetlinkProtocol.NETLINK_CONNECTOR);
    }

    private void describe(ReceivedMessage received, long sinceNs) {
        NlMsg header = NlMsg.parse(received.data());
        CnMsg message = CnMsg.parse(header);
        line(
                "t=%.2f recv=%d from pid=%d groups=0x%x | nlmsg_len=%d type=%d flags=%d seq=%d"
                        + " pid=%d | idx=%d val=0x%x seq=%d ack=%d len=%d flags=%d data=\"%s\" | %s",
                sinceNs / 1e9,
                received.length(),
                received.from().pid(),
                received.from().groups(),
                header.len(),
                header.type(),
                header.flags(),
                header.seq(),
                header.pid(),
                message.idx(),
                message.val(),
                message.seq(),
                message.ack(),
                message.len(),
                message.flags(),
                message.text(),
                HexFormat.of().formatHex(received.data()));
    }

    /** Two ids are cn_test's, the third is nobody's. */
    private void send(NetlinkSocket socket, int which) {
        byte[] room = new byte[16];
        byte[] hello = CnMsg.builder(CbId.of(0, 0)).text("hello").build().data().toByteArray();
        System.arraycopy(hello, 0, room, 0, hello.length);
        byte[] message =
                CnMsg.builder(CbId.of(14, 0x456 + which))
                        .seq(100 + which)
                        .ack(12)
                        .data(room)
                        .claimLen(hello.length)
                        .toByteArray();
        byte[] bytes = NlMsg.builder().type(3).payload(message).toByteArray();
        line(
                "send idx 14 val 0x%x -> %d",
                0x456 + which, socket.sendTo(bytes, NetlinkAddress.KERNEL));
    }

    // ---- The run that a shell drove
    // --------------------------------------------------------------

    private void driveFromAShell() {
        try (VirtualKernel kernel = boot()) {
            proc(kernel, "/proc/net/connector (before insmod)");
            proc(kernel, "/proc/net/netlink (before insmod)");
            line("### insmod cn_test.ko; rc");
            line("rc=%d\n", insmod(kernel, CnTest.class));
            line("### insmod cn_test.ko a second time; rc");
            line("rc=%d\n", insmod(kernel, CnTest.class));
            proc(kernel, "/proc/net/connector (after insmod)");
            listen(kernel);
            line("### dmesg so far, from cn_test's first line");
            lines(log(kernel).stream().map(LogRecord::text).toList());
            line("");
            line("### ucon -s");
            lines(runSender(kernel));
            line("rc=0\n");
            countCallbacks(kernel);
            proc(kernel, "/proc/net/connector (before rmmod)");
            line("### rmmod cn_test; rc");
            line("rc=%d\n", rmmod(kernel));
            proc(kernel, "/proc/net/connector (after rmmod)");
            line("### ucon -s after rmmod");
            line("%s", runSender(kernel).getLast()); // the record has the last line only
            line("rc=0\n");
            proc(kernel, "/proc/net/netlink (at the end)");
            showLog(kernel);
        }
    }

    private void proc(VirtualKernel kernel, String title) {
        line("### cat %s", title);
        cat(kernel, title.substring(0, title.indexOf(' ')));
        line("");
    }

    private void listen(VirtualKernel kernel) {
        line("### ucon ucon.out &  (bind groups 0xffffffff; listens while 12 s pass)");
        line("");
        output.clear();
        List<String> file = new ArrayList<>();
        UserProcess ucon = kernel.spawn("ucon", Ucon.listener(file::add));
        kernel.runFor(Duration.ofSeconds(12));
        proc(kernel, "/proc/net/netlink (ucon listening, pid " + ucon.tgid() + ")");
        kernel.kill(ucon, UserProcess.SIGTERM);
        kernel.join(ucon);
        line("### kill ucon");
        line("rc=%d\n", 128 + ucon.exitCode()); // as a shell shows the end by a signal
        line("### ucon stdout");
        lines(output);
        line("");
        line("### ucon output file (%%.24s : [idx.val] [seq.ack], idx and val hex)");
        lines(file);
        line("");
    }

    private List<String> runSender(VirtualKernel kernel) {
        output.clear();
        UserProcess ucon = kernel.spawn("ucon", Ucon.sender());
        kernel.join(ucon);
        assertEquals(0, ucon.exitCode());
        return List.copyOf(output);
    }

    private void countCallbacks(VirtualKernel kernel) {
        line("### dmesg lines of cn_test_callback: count");
        long count =
                log(kernel).stream().filter(entry -> entry.text().startsWith(CALLBACK)).count();
        line("%d\n", count);
    }

    /** The whole log; of lines that differ in the jiffies alone the first one and their number. */
    private void showLog(VirtualKernel kernel) {
        line("### full dmesg, from cn_test on");
        List<String> all = log(kernel).stream().map(LogRecord::text).toList();
        int first = all.indexOf(all.stream().filter(l -> l.startsWith(CALLBACK)).findFirst().get());
        String masked = all.get(first).replaceFirst("callback: \\d+", "");
        int end = first;
        while (end < all.size() && all.get(end).replaceFirst("callback: \\d+", "").equals(masked)) {
            end++;
        }
        lines(all.subList(0, first + 1));
        line("[... %d more lines, equal but for the jiffies value]", end - first - 1);
        lines(all.subList(end, all.size()));
        line("");
    }
}
