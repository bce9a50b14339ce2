package org.vkernel.netlink.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One at a time on the whole machine: whoever does something with the host's connector, whose
 * events and listeners are everybody's.
 */
public final class ConnectorLock implements AutoCloseable {
    /** A file lock is the JVM's; this one tells its threads apart. */
    private static final ReentrantLock WITHIN_THE_JVM = new ReentrantLock();

    private static final Path PREFERRED = Path.of("/run/lock");
    private static final String NAME = "vkernel-connector.lock";

    private final FileChannel channel;
    private final FileLock lock;

    private ConnectorLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Waits until nobody else has it.
     *
     * @throws HostUnavailableException if its file cannot be locked
     */
    public static ConnectorLock take() throws HostUnavailableException {
        Path folder =
                Files.isWritable(PREFERRED)
                        ? PREFERRED
                        : Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
        Path file = folder.resolve(NAME);
        WITHIN_THE_JVM.lock();
        boolean taken = false;
        try {
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                ConnectorLock result = new ConnectorLock(channel, channel.lock());
                taken = true;
                return result;
            } finally {
                if (!taken) {
                    channel.close();
                }
            }
        } catch (IOException e) {
            throw new HostUnavailableException(file + " cannot be locked (" + e + ")");
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
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("the connector's lock", e);
        } finally {
            WITHIN_THE_JVM.unlock();
        }
    }
}
