package org.vkernel.netlink.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One at a time on the whole machine: whoever does something with the host's connector, whose
 * events and listeners are everybody's.
 */
public final class ConnectorLock implements AutoCloseable {
    /** A file lock is the JVM's; this one tells its threads apart. */
    private static final ReentrantLock WITHIN_THE_JVM = new ReentrantLock();

    private static final Path PREFERRED = Path.of("/run/lock");
    private static final String NAME = "vkernel-connector.lock";

    /** The file, open; guarded by {@link #WITHIN_THE_JVM}. */
    private static @Nullable FileChannel channel;

    private final FileLock lock;

    private ConnectorLock(FileLock lock) {
        this.lock = lock;
    }

    /**
     * Opens the lock's file, so that threads of other users can take it, too.
     *
     * @throws HostUnavailableException if it cannot be opened
     */
    static void prepare() throws HostUnavailableException {
        WITHIN_THE_JVM.lock();
        try {
            var _ = file();
        } finally {
            WITHIN_THE_JVM.unlock();
        }
    }

    private static FileChannel file() throws HostUnavailableException {
        FileChannel known = channel;
        if (known != null && known.isOpen()) {
            return known;
        }
        Path folder =
                Files.isWritable(PREFERRED)
                        ? PREFERRED
                        : Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
        Path file = folder.resolve(NAME);
        try {
            FileChannel opened =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel = opened;
            return opened;
        } catch (IOException e) {
            throw new HostUnavailableException(file + " cannot be opened (" + e + ")");
        }
    }

    /**
     * Waits until nobody else has it.
     *
     * @throws HostUnavailableException if its file cannot be locked
     */
    public static ConnectorLock take() throws HostUnavailableException {
        WITHIN_THE_JVM.lock();
        boolean taken = false;
        try {
            ConnectorLock result = new ConnectorLock(file().lock());
            taken = true;
            return result;
        } catch (IOException e) {
            throw new HostUnavailableException(NAME + " cannot be locked (" + e + ")");
        } finally {
            if (!taken) {
                WITHIN_THE_JVM.unlock();
            }
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
        } catch (IOException e) {
            throw new IllegalStateException("the connector's lock", e);
        } finally {
            WITHIN_THE_JVM.unlock();
        }
    }
}
