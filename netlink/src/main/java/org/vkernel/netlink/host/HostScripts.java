package org.vkernel.netlink.host;

import com.google.common.base.Splitter;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
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
        return begin(List.of(script)).await().getFirst();
    }

    /**
     * Begins scripts: those of one user and kind one after the other, the others at the same time.
     *
     * @throws HostUnavailableException if the host cannot do them
     */
    public Batch begin(List<NetlinkScript> scripts) throws HostUnavailableException {
        Map<ThreadKey, List<NetlinkScript>> parts = new LinkedHashMap<>();
        Map<ThreadKey, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < scripts.size(); i++) {
            NetlinkScript script = scripts.get(i);
            ThreadKey key =
                    new ThreadKey(
                            script.header().uid(),
                            script.usesConnector()
                                    ? HostThread.Namespace.OF_THE_JVM
                                    : HostThread.Namespace.OWN);
            parts.computeIfAbsent(key, any -> new ArrayList<>()).add(script);
            places.computeIfAbsent(key, any -> new ArrayList<>()).add(i);
        }
        Map<List<Integer>, Future<List<NetlinkScript>>> begun = new LinkedHashMap<>();
        for (Map.Entry<ThreadKey, List<NetlinkScript>> part : parts.entrySet()) {
            boolean connector = part.getKey().namespace() == HostThread.Namespace.OF_THE_JVM;
            if (connector) {
                ConnectorLock.prepare();
            }
            begun.put(
                    Objects.requireNonNull(places.get(part.getKey())),
                    thread(part.getKey()).submit(() -> recordAll(part.getValue(), connector)));
        }
        return new Batch(scripts.size(), begun);
    }

    /** Scripts that are being done. */
    public static final class Batch {
        private final int size;
        private final Map<List<Integer>, Future<List<NetlinkScript>>> parts;

        private Batch(int size, Map<List<Integer>, Future<List<NetlinkScript>>> parts) {
            this.size = size;
            this.parts = parts;
        }

        /**
         * Waits for all.
         *
         * @return the records, in the order of the scripts
         * @throws HostUnavailableException if the host could not do one
         */
        public List<NetlinkScript> await() throws HostUnavailableException {
            NetlinkScript[] records = new NetlinkScript[size];
            for (Map.Entry<List<Integer>, Future<List<NetlinkScript>>> part : parts.entrySet()) {
                List<NetlinkScript> done = HostThread.await(part.getValue());
                for (int i = 0; i < done.size(); i++) {
                    records[part.getKey().get(i)] = done.get(i);
                }
            }
            return List.of(records);
        }
    }

    private List<NetlinkScript> recordAll(List<NetlinkScript> scripts, boolean connector)
            throws HostUnavailableException {
        List<NetlinkScript> records = new ArrayList<>(scripts.size());
        try (HostNetlink host = HostNetlink.open()) {
            host.leaveListenersToTheEnd();
            for (NetlinkScript script : scripts) {
                records.add(repeated(host, script, connector));
            }
        }
        return records;
    }

    /** Does a script until nothing came between. */
    private NetlinkScript repeated(HostNetlink host, NetlinkScript script, boolean connector)
            throws HostUnavailableException {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            NetlinkScript done =
                    connector ? recordOfConnector(host, script) : recordOn(host, script);
            if (done != null && !isInterrupted(done)) {
                return done;
            }
        }
        throw new HostUnavailableException(
                "other processes' events came between at each of " + ATTEMPTS_MAX + " attempts");
    }

    /** Whether a signal came: the JVM's own ones are no part of a script. */
    private static boolean isInterrupted(NetlinkScript record) {
        for (NetlinkScript.Line line : record.lines()) {
            JsonElement error = line.json().get("err");
            if (error != null && error.getAsString().equals("EINTR")) {
                return true;
            }
        }
        return false;
    }

    /** Does it under the lock; null if there were events meanwhile. */
    private @Nullable NetlinkScript recordOfConnector(HostNetlink host, NetlinkScript script)
            throws HostUnavailableException {
        try (ConnectorLock _ = ConnectorLock.take();
                HostNetlink watching = HostNetlink.open()) {
            String disturbance = ProcessEventCount.disturbance(watching);
            if (disturbance != null) {
                throw new HostUnavailableException(disturbance);
            }
            try (ProcessEventWatch watch = new ProcessEventWatch(watching)) {
                int before = host.acknowledged();
                NetlinkScript done = recordOn(host, script);
                return watch.wasDisturbed(host.acknowledged() - before) ? null : done;
            }
        }
    }

    /** Does it once, and closes what it leaves open. */
    private NetlinkScript recordOn(HostNetlink host, NetlinkScript script) {
        NetlinkScript.Header asked = script.header();
        ScriptSession session =
                new ScriptSession(host, HostKernel.tgid(), path -> readProc(host, path));
        List<NetlinkScript.Line> lines;
        int listenersLeft;
        try {
            lines = recorder.record(script, session);
        } finally {
            listenersLeft = host.listenersLeft();
            host.close();
        }
        return new NetlinkScript(
                new NetlinkScript.Header(
                        release,
                        HostKernel.machine(),
                        asked.uid(),
                        HostKernel.tgid(),
                        asked.title(),
                        listenersLeft),
                lines);
    }

    private HostThread thread(ThreadKey key) throws HostUnavailableException {
        HostThread thread = threads.get(key);
        if (thread == null) {
            thread = HostThread.start(key.uid(), key.namespace());
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
     * which socket is the older one: in their place stands what does. A row may be shown twice,
     * since the kernel's table is that of all namespaces and may be growing at any time.
     */
    private static String ownRows(HostNetlink host, String text) {
        Map<Long, Integer> numbers = host.numbersByInode();
        StringBuilder rows = new StringBuilder();
        for (String line : Splitter.on('\n').omitEmptyStrings().split(text)) {
            int inodeAt = line.stripTrailing().lastIndexOf(' ') + 1;
            String inode = line.substring(inodeAt).strip();
            if (rows.isEmpty()) {
                rows.append(line).append('\n'); // the header
            } else {
                Integer number = numbers.remove(Long.parseLong(inode));
                if (number != null) {
                    rows.append(line, 0, inodeAt).append(number).append('\n');
                }
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
