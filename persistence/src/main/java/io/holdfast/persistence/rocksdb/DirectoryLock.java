package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** That this process, and in it one user, has a directory for itself: the lock on the file {@code LOCK} in it. */
final class DirectoryLock implements AutoCloseable {
    /**
     * What is locked in this process. Closing any channel to a file gives up all locks that the process has on it (that is
     * how POSIX has it), so a file that is locked already must not even be opened.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private DirectoryLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock, or leaves everything as it was.
     *
     * @throws StorageException when somebody else has it
     */
    static DirectoryLock take(Path directory) throws IOException {
        Path file = RocksStorage.lockIn(directory.toRealPath());
        if (!HELD.add(file)) {
            throw taken(directory, file, "in use in this process already");
        }
        try {
            return new DirectoryLock(file, lock(directory, file));
        } catch (IOException | RuntimeException e) {
            HELD.remove(file);
            throw e;
        }
    }

    private static FileChannel lock(Path directory, Path file) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw taken(directory, file, "locked by another process");
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static StorageException taken(Path directory, Path file, String how) {
        return new StorageException(
                "The snapshot directory " + directory + " is " + how + " (lock file " + file
                        + "). Stop the other user of it, or give this one a directory of its own (site.data-dir, or persistence.rocksdb.snapshot-dir)");
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(file);
        }
    }
}
