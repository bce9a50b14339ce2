package org.vkernel.netlink.host;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vkernel.netlink.script.NetlinkScript;
import org.vkernel.netlink.script.ScriptOperations;
import org.vkernel.netlink.script.ScriptRecorder;
import org.vkernel.netlink.script.ScriptSession;

/**
 * Does scripts on the host's kernel.
 *
 * <p>Those of the connector run in the JVM's network namespace, one at a time on the whole machine
 * ({@link ConnectorLock}); where processes that are no part of the script made events meanwhile, it
 * is done again. All others run in a private namespace. For each user there is a thread, which
 * leaves nothing behind from one script to the next: all sockets are closed.
 */
public final class HostScripts implements AutoCloseable {
    /** How often a script is done again before the machine is called too busy. */
    private static final int ATTEMPTS_MAX = 200;

    private record ThreadKey(int uid, HostThread.Namespace namespace) {}

    private final ScriptRecorder recorder;
    private final String release;
    private final Map<ThreadKey, HostThread> threads = new LinkedHashMap<>();

    /**
     * Prepares for scripts.
     *
     * @throws HostUnavailableException if the host has no netlink sockets
     */
    public HostScripts(ScriptOperations operations) throws HostUnavailableException {
        HostKernel.require();
        recorder = new ScriptRecorder(operations);
        release = HostKernel.release();
    }

    /**
     * Does a script.
     *
     * @return the record
     * @throws HostUnavailableException if the host cannot do it, or not now
     */
    public NetlinkScript record(NetlinkScript script) throws HostUnavailableException {
        boolean connector = script.usesConnector();
        HostThread thread =
                thread(
                        script.header().uid(),
                        connector ? HostThread.Namespace.OF_THE_JVM : HostThread.Namespace.OWN);
        if (!connector) {
            return thread.call(() -> {
                try (HostNetlink host = HostNetlink.open()) {
                    return recordOn(host, script);
                }
            });
        }
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Attempt done;
            try (ConnectorLock _ = ConnectorLock.take()) {
                done = thread.call(() -> attempt(script));
            }
            if (done.refused() != null) {
                throw new HostUnavailableException(done.refused());
            }
            if (done.script() != null) {
                return done.script();
            }
        }
        throw new HostUnavailableException(
                "other processes' events came between at each of " + ATTEMPTS_MAX + " attempts");
    }

    /** What came out: a record, a reason why there can be none, or neither. */
    private record Attempt(@Nullable NetlinkScript script, @Nullable String refused) {}

    private Attempt attempt(NetlinkScript script) throws HostUnavailableException {
        try (HostNetlink watching = HostNetlink.open()) {
            String disturbance = ProcessEventCount.disturbance(watching);
            if (disturbance != null) {
                return new Attempt(null, disturbance);
            }
            try (ProcessEventWatch watch = new ProcessEventWatch(watching)) {
                NetlinkScript done;
                try (HostNetlink host = HostNetlink.open()) {
                    host.leaveListenersToTheEnd();
                    done = recordOn(host, script);
                }
                return new Attempt(watch.sawEvents() ? null : done, null);
            }
        }
    }

    private NetlinkScript recordOn(HostNetlink host, NetlinkScript script) {
        NetlinkScript.Header asked = script.header();
        ScriptSession session =
                new ScriptSession(host, HostKernel.tgid(), path -> readProc(host, path));
        List<NetlinkScript.Line> lines = recorder.record(script, session);
        return new NetlinkScript(
                new NetlinkScript.Header(
                        release,
                        HostKernel.machine(),
                        asked.uid(),
                        HostKernel.tgid(),
                        asked.title(),
                        host.listenersLeft()),
                lines);
    }

    private HostThread thread(int uid, HostThread.Namespace namespace)
            throws HostUnavailableException {
        ThreadKey key = new ThreadKey(uid, namespace);
        HostThread thread = threads.get(key);
        if (thread == null) {
            thread = HostThread.start(uid, namespace);
            threads.put(key, thread);
        }
        return thread;
    }

    /** A file as this thread sees it; of {@code /proc/net/netlink} the provider's own rows. */
    private static String readProc(HostNetlink host, String path) {
        String text;
        try {
            text = Files.readString(Path.of(path.replace("/proc/net/", "/proc/thread-self/net/")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return path.equals("/proc/net/netlink") ? ownRows(host, text) : text;
    }

    /**
     * The rows of the provider's sockets. Inodes are numbered per CPU, so that they do not tell
     * which socket is the older one: in their place stands what does.
     */
    private static String ownRows(HostNetlink host, String text) {
        Map<Long, Integer> numbers = host.numbersByInode();
        StringBuilder rows = new StringBuilder();
        for (String line : Splitter.on('\n').omitEmptyStrings().split(text)) {
            int inodeAt = line.stripTrailing().lastIndexOf(' ') + 1;
            String inode = line.substring(inodeAt).strip();
            if (rows.isEmpty()) {
                rows.append(line).append('\n'); // the header
            } else if (numbers.containsKey(Long.parseLong(inode))) {
                rows.append(line, 0, inodeAt).append(numbers.get(Long.parseLong(inode)));
                rows.append('\n');
            }
        }
        return rows.toString();
    }

    /** Ends the threads. */
    @Override
    public void close() {
        threads.values().forEach(HostThread::close);
    }
}
